{{ config(meta={"dagster": {"ref": {"name": "fct_kpi_target_tree"}}}) }}

-- The parts of a sum, with their rest, are the whole to the last digit: targets, and what became of them.
select
    above.app_id,
    above.grain,
    above.period_start,
    above.node_id,
    part.dimension,
    above.target_value,
    sum(part.target_value) as parts_target,
    above.actual_value,
    sum(part.actual_value) as parts_actual
from {{ ref("fct_kpi_target_tree") }} as above
inner join {{ ref("fct_kpi_target_tree") }} as part
    on
        above.app_id = part.app_id
        and above.grain = part.grain
        and above.period_start = part.period_start
        and above.node_id = part.parent_node_id
where part.relation = 'sum'
group by
    above.app_id, above.grain, above.period_start, above.node_id, part.dimension, above.target_value, above.actual_value
having
    sum(part.target_value) <> above.target_value
    or coalesce(sum(part.actual_value), 0) <> coalesce(above.actual_value, 0)
