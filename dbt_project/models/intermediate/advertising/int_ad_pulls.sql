{% set platforms = ad_platforms() %}
{% for platform in platforms %}
select
    '{{ platform }}' as platform,
    account_id,
    entity,
    report_date,
    observed_at,
    is_whole,
    is_newest
from {{ ref('stg_' ~ platform ~ '__pulls') }}
where report_date is not null
{% if not loop.last %}union all{% endif %}
{% endfor %}
