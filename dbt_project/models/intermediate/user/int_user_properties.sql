{{ config(materialized='view') }}

select
    properties.app_id,
    properties.user_id,
    properties.property_name,
    properties.valid_from,
    case when properties.valid_to <= run.as_of then properties.valid_to end as valid_to,
    properties.value
from {{ ref('int_kept_user_properties') }} as properties
cross join {{ ref('int_run') }} as run
where properties.value is not null and properties.valid_from <= run.as_of
