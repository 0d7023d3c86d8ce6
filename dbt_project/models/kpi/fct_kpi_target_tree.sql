-- Levels below a root: company, app, factor, and one more for factors that have parts of their own.
{% set depth = 3 %}
{% set period = "app_id, grain, period_start" %}
with definitions as (
    select kpi_code, additivity = 'additive' as is_additive
    from {{ ref("dim_kpi") }}
    where valid_to is null
),

targets as (
    select
        targets.app_id,
        targets.kpi_code,
        targets.grain,
        targets.period_start,
        targets.dimension,
        targets.dimension_value,
        definitions.is_additive,
        cast(targets.target_value as decimal(28, 8)) as target_value
    from {{ ref("stg_ops_workbook__kpi_targets") }} as targets
    inner join definitions on targets.kpi_code = definitions.kpi_code
),

declared_splits as (
    select distinct
        tree.parent_kpi_code as kpi_code,
        tree.split_dimension as dimension
    from {{ ref("stg_ops_workbook__kpi_tree") }} as tree
    inner join definitions on tree.parent_kpi_code = definitions.kpi_code
    where
        tree.relation = 'sum'
        and tree.parent_kpi_code = tree.child_kpi_code
        and tree.split_dimension is not null
        and definitions.is_additive
),

factors as (
    select
        parent_kpi_code as kpi_code,
        child_kpi_code as factor_code,
        count(*) over (partition by parent_kpi_code) as factors
    from (
        select distinct parent_kpi_code, child_kpi_code
        from {{ ref("stg_ops_workbook__kpi_tree") }}
        where relation = 'product' and parent_kpi_code <> child_kpi_code
    ) as products
),

-- Days are shown where kpi_tree asks for them and where one of them has a target of its own.
planned_days as (
    select days.*
    from {{ ref("int_kpi_target_days") }} as days
    inner join definitions on days.kpi_code = definitions.kpi_code and definitions.is_additive
    left join declared_splits on days.kpi_code = declared_splits.kpi_code and declared_splits.dimension = 'day'
    where days.grain <> 'day' and days.day_target is not null
    qualify
        declared_splits.kpi_code is not null
        or bool_or(days.has_own_target) over (partition by days.app_id, days.kpi_code, days.grain, days.period_start)
),

-- Every target by the place that it has in a tree. Targets of apps are the company's by app.
cells as (
    select {{ period }}, kpi_code, dimension, dimension_value, is_additive, target_value
    from (
        select {{ period }}, kpi_code, dimension, dimension_value, is_additive, target_value, 1 as choice
        from targets
        union all
        select '*', grain, period_start, kpi_code, 'app', app_id, is_additive, target_value, 2
        from targets
        where app_id <> '*' and dimension = 'all'
        union all
        select {{ period }}, kpi_code, 'day', cast(activity_date as {{ dbt.type_string() }}), true, day_target, 2
        from planned_days
    ) as places
    qualify row_number() over (partition by {{ period }}, kpi_code, dimension, dimension_value order by choice) = 1
),

wholes as (
    select * from cells
    where dimension = 'all' and is_additive
),

splits as (
    select wholes.app_id, wholes.grain, wholes.period_start, wholes.kpi_code, wholes.target_value, declared_splits.dimension
    from wholes
    inner join declared_splits on wholes.kpi_code = declared_splits.kpi_code
    where
        (declared_splits.dimension <> 'app' or wholes.app_id = '*')
        and (declared_splits.dimension <> 'day' or wholes.grain <> 'day')
    union
    select wholes.app_id, wholes.grain, wholes.period_start, wholes.kpi_code, wholes.target_value, cells.dimension
    from wholes
    inner join cells using (app_id, grain, period_start, kpi_code)
    where cells.dimension <> 'all'
),

-- What each node has below it, told by KPI and place; the rest of a sum is a child of its own.
children as (
    select
        {{ period }},
        kpi_code as parent_code,
        'all' as parent_dimension,
        'all' as parent_value,
        'sum' as relation,
        kpi_code,
        dimension,
        cells.dimension_value,
        concat(dimension, '=', cells.dimension_value) as step,
        cells.target_value
    from splits
    inner join cells using (app_id, grain, period_start, kpi_code, dimension)
    union all
    select
        {{ period }},
        kpi_code,
        'all',
        'all',
        'sum',
        kpi_code,
        dimension,
        '(unassigned)',
        concat(dimension, '=(unassigned)'),
        cast(max(splits.target_value) - coalesce(sum(cells.target_value), 0) as decimal(28, 8))
    from splits
    left join cells using (app_id, grain, period_start, kpi_code, dimension)
    group by {{ period }}, kpi_code, dimension
    union all
    select
        wholes.app_id,
        wholes.grain,
        wholes.period_start,
        wholes.kpi_code,
        wholes.dimension,
        wholes.dimension_value,
        'product',
        factors.factor_code,
        wholes.dimension,
        wholes.dimension_value,
        factors.factor_code,
        -- One missing factor follows from the others.
        case
            when parts.target_value is not null then parts.target_value
            when count(case when parts.target_value > 0 then 1 end) over node = factors.factors - 1
                then cast(round(
                    cast(wholes.target_value as double)
                    / exp(coalesce(sum(ln(cast(case when parts.target_value > 0 then parts.target_value end as double))) over node, 0)),
                    8
                ) as decimal(28, 8))
        end
    from cells as wholes
    inner join factors on wholes.kpi_code = factors.kpi_code
    left join cells as parts
        on
            wholes.app_id = parts.app_id
            and wholes.grain = parts.grain
            and wholes.period_start = parts.period_start
            and wholes.dimension = parts.dimension
            and wholes.dimension_value = parts.dimension_value
            and factors.factor_code = parts.kpi_code
    where wholes.dimension <> 'day'
    window node as (
        partition by wholes.app_id, wholes.grain, wholes.period_start, wholes.kpi_code, wholes.dimension, wholes.dimension_value
    )
    qualify wholes.dimension = 'all' or count(parts.target_value) over node > 0
),

roots as (
    select {{ period }}, kpi_code from splits
    union
    select {{ period }}, kpi_code from cells
    inner join factors using (kpi_code)
    where dimension = 'all'
),

level_0 as (
    select
        {{ period }},
        kpi_code as node_id,
        cast(null as {{ dbt.type_string() }}) as parent_node_id,
        kpi_code,
        cells.dimension,
        cells.dimension_value,
        cast(null as {{ dbt.type_string() }}) as relation,
        cells.target_value
    from cells
    inner join roots using (app_id, grain, period_start, kpi_code)
    where cells.dimension = 'all'
),

{% for level in range(1, depth + 1) %}
-- No KPI stands below itself, whatever kpi_tree says.
level_{{ level }} as (
    select
        children.app_id,
        children.grain,
        children.period_start,
        concat(above.node_id, '/', children.step) as node_id,
        above.node_id as parent_node_id,
        children.kpi_code,
        children.dimension,
        children.dimension_value,
        children.relation,
        children.target_value
    from level_{{ level - 1 }} as above
    inner join children
        on
            above.app_id = children.app_id
            and above.grain = children.grain
            and above.period_start = children.period_start
            and above.kpi_code = children.parent_code
            and above.dimension = children.parent_dimension
            and above.dimension_value = children.parent_value
    where instr(concat('/', above.node_id, '/'), concat('/', children.step, '/')) = 0
),

{% endfor %}
nodes as (
    {% for level in range(0, depth + 1) %}
    select * from level_{{ level }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

valued as (
    select nodes.*, kpi.value as known_value
    from nodes
    left join {{ ref("fct_kpi_current") }} as kpi
        on
            nodes.app_id = kpi.app_id
            and nodes.kpi_code = kpi.kpi_code
            and case when nodes.dimension = 'day' then 'day' else nodes.grain end = kpi.grain
            and case
                when nodes.dimension = 'day' then nodes.dimension_value
                else cast(nodes.period_start as {{ dbt.type_string() }})
            end = cast(kpi.period_start as {{ dbt.type_string() }})
            and case when nodes.dimension = 'day' then 'all' else nodes.dimension end = kpi.dimension
            and case when nodes.dimension = 'day' then 'all' else nodes.dimension_value end = kpi.dimension_value
),

-- Of a part of a sum no row is 0; but a day that has not begun has no value.
summed as (
    select
        valued.*,
        above.known_value as whole_value,
        case
            when valued.relation = 'sum' and valued.dimension <> 'day' and above.known_value is not null
                then coalesce(valued.known_value, 0)
            else valued.known_value
        end as part_value
    from valued
    left join valued as above
        on
            valued.app_id = above.app_id
            and valued.grain = above.grain
            and valued.period_start = above.period_start
            and valued.parent_node_id = above.node_id
),

closed as (
    select
        *,
        dimension_value = '(unassigned)' as is_rest,
        case
            when dimension_value = '(unassigned)'
                then whole_value - coalesce(
                    sum(case when dimension_value <> '(unassigned)' then part_value end) over (
                        partition by {{ period }}, parent_node_id, relation, dimension
                    ),
                    0
                )
            else part_value
        end as actual_value
    from summed
)

select
    app_id,
    grain,
    period_start,
    node_id,
    parent_node_id,
    kpi_code,
    dimension,
    dimension_value,
    relation,
    target_value,
    cast(actual_value as decimal(28, 8)) as actual_value
from closed
where not is_rest or target_value <> 0 or coalesce(actual_value, 0) <> 0
