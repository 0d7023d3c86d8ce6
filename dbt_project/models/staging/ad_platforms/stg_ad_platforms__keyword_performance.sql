{% set levels = ['campaign_id', 'campaign_name', 'ad_group_id', 'ad_group_name', 'keyword_id', 'keyword_text', 'match_type'] %}
{% call(platform) ad_platform_days('keyword_performance', ad_account_columns() + levels, optional=true) -%}
{{ platform_money(platform, 'answers.cost') }} as spend,
    cast(answers.impressions as bigint) as impressions,
    cast(answers.clicks as bigint) as clicks,
    cast(answers.conversions as decimal(20, 6)) as conversions
{%- endcall %}
