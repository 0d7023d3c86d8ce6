{# Ad platforms that have staging models of the shape pulls, ad_performance, account_performance; seeds/ad_platforms.csv says how each behaves. #}
{% macro ad_platforms() %}{{ return(['google_ads', 'ocean_engine']) }}{% endmacro %}
