{% call(platform) ad_platform_days('ad_performance', ad_account_columns() + ad_levels()) -%}
{{ ad_figures(platform) }}
{%- endcall %}
