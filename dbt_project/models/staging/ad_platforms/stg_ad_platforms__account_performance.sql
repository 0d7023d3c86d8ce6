{% call(platform) ad_platform_days('account_performance', ad_account_columns()) -%}
{{ ad_figures(platform) }}
{%- endcall %}
