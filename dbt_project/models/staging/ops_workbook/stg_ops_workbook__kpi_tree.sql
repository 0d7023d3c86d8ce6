-- depends_on: {{ source('ops_workbook', 'kpi_tree') }}
with snapshot as (
    {{ newest_snapshot('kpi_tree', ['parent_kpi_code', 'child_kpi_code', 'split_dimension']) }}
)

select
    {{ hash_key(['parent_kpi_code', 'child_kpi_code', 'split_dimension']) }} as edge_id,
    parent_kpi_code,
    child_kpi_code,
    relation,
    split_dimension,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
