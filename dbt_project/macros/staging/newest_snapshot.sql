{# Rows of a workbook table: only those of the newest accepted batch up to the run's as-of moment that holds
   the table. A batch holds it also with no row in it (an emptied table), but not when every row was refused. #}
{% macro newest_snapshot(entity, key) %}
    select snapshot.*
    from {{ read_raw('ops_workbook', entity) }} as snapshot
    semi join (
        select files.batch_id as _batch_id
        from {{ ref('stg_meta__batch_files') }} as files
        cross join {{ ref('stg_meta__run') }} as run
        where
            files.source = 'ops_workbook'
            and files.entity = '{{ entity }}'
            and files.state = 'accepted'
            and files.observed_at <= run.as_of
            and (files.rows_landed > 0 or files.rows_quarantined = 0)
        order by files.observed_at desc, files.batch_id desc
        limit 1
    ) as newest
        on snapshot._batch_id = newest._batch_id
    -- A key that one snapshot gives twice: the row that stands further down counts.
    qualify row_number() over (
        partition by {{ key | join(', ') }}
        order by snapshot._source_file desc, snapshot._source_row desc
    ) = 1
{% endmacro %}
