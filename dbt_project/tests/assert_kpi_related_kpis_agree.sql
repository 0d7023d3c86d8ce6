-- KPIs that speak of the same things agree, on their parts: weighted sums of numerators (n) and denominators (d) that
-- are 0 (=), or at most 0. Judged where every part of an identity has a row; the factors of ARPU (==) also where one has
-- none, which then is 0. And each row for itself: a ratio is that of its parts, money has a currency.
{{ config(meta={"dagster": {"ref": {"name": "fct_kpi"}}}) }}
{% set identities = [
    ("= 0", "dau n", "- active_users n", "day"),
    ("<= 0", "dau n", "- wau n", "day"),
    ("<= 0", "wau n", "- mau n", "day"),
    ("= 0", "wau n", "- active_users n", "week"),
    ("= 0", "mau n", "- active_users n", "month"),
    ("<= 0", "new_users n", "- active_users n", ""),
    ("<= 0", "resurrected_users n", "- active_users n", ""),
    ("<= 0", "retention_d1 n", "- retention_d1 d", ""),
    ("<= 0", "retention_d7 n", "- retention_d7 d", ""),
    ("<= 0", "retention_d30 n", "- retention_d30 d", ""),
    ("= 0", "sessions_per_user d", "- active_users n", ""),
    ("= 0", "sessions_per_user n", "- bounce_rate d", ""),
    ("<= 0", "bounce_rate n", "- bounce_rate d", ""),
    ("= 0", "net_revenue n + refunded_revenue n", "- gross_revenue n", ""),
    ("<= 0", "gross_revenue n", "- gmv n", ""),
    ("= 0", "avg_order_value n", "- gross_revenue n", ""),
    ("= 0", "avg_order_value d", "- orders n", ""),
    ("<= 0", "paying_users n", "- orders n", ""),
    ("= 0", "paying_rate n", "- paying_users n", ""),
    ("= 0", "arppu d", "- paying_users n", ""),
    ("= 0", "arpu n", "- net_revenue n", ""),
    ("== 0", "arpu n", "- arppu n", ""),
    ("== 0", "arppu d", "- paying_rate n", ""),
    ("== 0", "arpu d", "- paying_rate d", ""),
    ("<= 0", "repurchase_rate n", "- repurchase_rate d", ""),
    ("<= 0", "k_factor n", "- new_users n", ""),
    ("= 0", "k_factor d", "- active_users n", ""),
    ("= 0", "views_per_viewer d", "- viewers n", ""),
    ("<= 0", "ugc_share n", "- content_published n", ""),
    ("= 0", "ugc_share d", "- content_published n", ""),
    ("= 0", "ctr n", "- clicks n", ""),
    ("= 0", "ctr d", "- impressions n", ""),
    ("= 0", "cpc n", "- ad_spend n", ""),
    ("= 0", "cpc d", "- clicks n", ""),
    ("= 0", "cpm n", "- ad_spend n", ""),
    ("= 0", "cvr n", "- ad_conversions n", ""),
    ("= 0", "cvr d", "- clicks n", ""),
    ("= 0", "cpa n", "- ad_spend n", ""),
    ("= 0", "cpa d", "- ad_conversions n", ""),
    ("= 0", "roas d", "- ad_spend n", ""),
    ("<= 0", "complaint_rate n", "- tickets n", ""),
    ("= 0", "complaint_rate d", "- active_users n", ""),
    ("<= 0", "uv n", "- pv n", ""),
] %}
{% set parts = [] %}
{% for relation, left, right, grain in identities %}
    {% set terms = (left ~ " " ~ right).replace("- ", "-").replace("+ ", "").replace(" n", ".n").replace(" d", ".d").split() %}
    {% for term in terms %}
        {% do parts.append({
            "identity": left ~ " " ~ right ~ " " ~ relation, "is_equation": relation != "<= 0", "only_grain": grain,
            "name": term.lstrip("-"), "weight": -1 if term[0] == "-" else 1, "terms": 1 if relation == "== 0" else terms | length
        }) %}
    {% endfor %}
{% endfor %}
with identities as (
    {% for part in parts %}
    select
        '{{ part.identity }}' as broken_identity,
        {{ part.is_equation }} as is_equation,
        '{{ part.only_grain }}' as only_grain,
        '{{ part.name }}' as part,
        {{ part.weight }} as weight,
        {{ part.terms }} as least_terms
    {{ "union all" if not loop.last }}
    {% endfor %}
),

quantities as (
    select *, kpi_code || '.n' as part, numerator as quantity
    from {{ ref("fct_kpi") }}
    where is_current and numerator is not null
    union all
    select *, kpi_code || '.d' as part, denominator as quantity
    from {{ ref("fct_kpi") }}
    where is_current and denominator is not null
)

select
    identities.broken_identity,
    quantities.app_id,
    quantities.grain,
    quantities.period_start,
    quantities.dimension,
    quantities.dimension_value,
    sum(identities.weight * quantities.quantity) as difference
from quantities
inner join identities
    on
        quantities.part = identities.part
        and (identities.only_grain = '' or identities.only_grain = quantities.grain)
        -- New users have the country of their registration, active users that of the day: such parts may be larger.
        and (identities.is_equation or quantities.dimension in ('all', 'app'))
group by 1, 2, 3, 4, 5, 6
having
    count(*) >= max(identities.least_terms)
    and (
        sum(identities.weight * quantities.quantity) > 0
        or (bool_or(identities.is_equation) and sum(identities.weight * quantities.quantity) < 0)
    )
union all
select
    case when kpi.denominator is null then 'currency' else 'value = numerator / denominator' end as broken_identity,
    kpi.app_id,
    kpi.grain,
    kpi.period_start,
    kpi.dimension,
    kpi.dimension_value,
    kpi.value as difference
from {{ ref("fct_kpi") }} as kpi
inner join {{ ref("dim_kpi") }} as definitions
    on kpi.kpi_code = definitions.kpi_code and kpi.caliber_version = definitions.caliber_version
where
    (definitions.unit = 'currency') <> (kpi.currency_code is not null)
    -- Rounded at the 8th decimal; doubles are exact to 15 digits.
    or (
        kpi.denominator <> 0
        and abs(cast(kpi.value as double) * cast(kpi.denominator as double) - cast(kpi.numerator as double))
        > 0.0000001 * greatest(abs(cast(kpi.denominator as double)), abs(cast(kpi.numerator as double)))
    )
