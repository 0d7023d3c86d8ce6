{% set levels = ad_levels() + ['status'] %}
{% call(platform) ad_platform_states('ads', ['account_id'] + levels, optional=true) -%}
answers.landing_url
{%- endcall %}
