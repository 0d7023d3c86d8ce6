{% set levels = ad_levels() + ['status'] %}
{% call(platform) ad_platform_states('ads', ['account_id'] + levels) -%}
answers.landing_url
{%- endcall %}
