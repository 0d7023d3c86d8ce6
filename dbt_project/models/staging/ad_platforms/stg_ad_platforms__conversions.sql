{% set attribution = ['action', 'attribution_window', 'touch_type', 'time_basis'] %}
{% set columns = ad_account_columns() + ['campaign_id', 'ad_group_id', 'ad_id', 'counts_as'] + attribution %}
{% call(platform) ad_platform_days('conversions', columns, key=attribution) -%}
answers.is_counted,
    answers.is_canonical,
    cast(answers.conversions as decimal(20, 6)) as conversions,
    {{ platform_money(platform, 'answers.conversion_value', 'value') }} as conversion_value
{%- endcall %}
