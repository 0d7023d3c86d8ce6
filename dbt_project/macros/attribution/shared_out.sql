{# Query: what each of the models that share (linear, position, time_decay) gives to each touch of `paths`
   (conversion_number, revenue_units, touched_at, event_id, channel, decay), in whole millionths: <model>_credit and
   <model>_revenue (of the absolute value), with touch_number, touches and last_non_direct. Each conversion gets all. #}
{% macro shared_out(paths, models) -%}
    with numbered as (
        select
            *,
            row_number() over path as touch_number,
            count(*) over whole_path as touches,
            sum(decay) over whole_path as total_decay
        from {{ paths }}
        window
            path as (partition by conversion_number order by touched_at, event_id),
            whole_path as (
                partition by conversion_number
                order by touched_at, event_id
                rows between unbounded preceding and unbounded following
            )
    ),

    -- Millionths, cut; what the cuts leave over goes to the last touch. The last digits of a double must not cost one: a share
    -- of 0.2 may be 199999.99999999997 of them.
    cut_credits as (
        select
            *,
            case
                when touch_number < touches then cast({{ whole_quotient('1000000', 'touches') }} as bigint)
            end as linear_cut,
            case
                when touch_number = touches then null
                when touches = 2 then cast(500000 as bigint)
                when touch_number = 1 then cast(400000 as bigint)
                else cast({{ whole_quotient('200000', '(touches - 2)') }} as bigint)
            end as position_cut,
            case
                when touch_number < touches
                    then cast(floor(cast(decay as double) / cast(total_decay as double) * 1000000 + 0.00000001) as bigint)
            end as time_decay_cut
        from numbered
    ),

    credits as (
        select
            *,
            max(case when channel <> 'direct' then touch_number end) over whole_path as last_non_direct,
            {% for model in models %}
            cast(
                coalesce({{ model }}_cut, 1000000 - coalesce(sum({{ model }}_cut) over whole_path, 0)) as bigint
            ) as {{ model }}_credit{{ ',' if not loop.last }}
            {% endfor %}
        from cut_credits
        window whole_path as (partition by conversion_number)
    ),

    -- Money is cut like credit, in millionths of its absolute value.
    cut_revenues as (
        select
            *,
            {% for model in models %}
            case
                when touch_number < touches
                    then cast({{ whole_quotient('revenue_units * ' ~ model ~ '_credit', '100000000') }} as decimal(20, 0))
            end as {{ model }}_revenue_cut{{ ',' if not loop.last }}
            {% endfor %}
        from credits
    )

    select
        *,
        {% for model in models %}
        coalesce(
            {{ model }}_revenue_cut,
            cast({{ whole_quotient('revenue_units', '100') }} as decimal(20, 0))
            - coalesce(sum({{ model }}_revenue_cut) over whole_path, 0)
        ) as {{ model }}_revenue{{ ',' if not loop.last }}
        {% endfor %}
    from cut_revenues
    window whole_path as (partition by conversion_number)
{%- endmacro %}
