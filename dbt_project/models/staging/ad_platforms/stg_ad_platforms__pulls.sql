{% for platform in ad_platforms() %}
select
    '{{ platform }}' as platform,
    pulls.*
from ({{ api_pulls(platform) }}) as pulls
{% if not loop.last %}union all{% endif %}
{% endfor %}
