{% set columns = ad_account_columns() + ['campaign_id', 'ad_group_id', 'ad_id', 'hour'] %}
{% call(platform) ad_platform_days('hourly_performance', columns, key=['hour'], optional=true) -%}
{{ ad_figures(platform) }}
{%- endcall %}
