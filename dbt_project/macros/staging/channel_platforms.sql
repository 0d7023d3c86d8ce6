{# Channels that are asked by an API and have a staging model of their pulls. #}
{% macro channel_platforms() %}
    {{ return(['wechat_official_account', 'douyin', 'ga4', 'app_store', 'google_play']) }}
{% endmacro %}
