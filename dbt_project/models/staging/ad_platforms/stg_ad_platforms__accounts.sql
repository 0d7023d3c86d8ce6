{% call(platform) ad_platform_states('accounts', ad_account_columns()) -%}
{{ platform_money(platform, 'answers.balance') }} as balance,
    {{ platform_money(platform, 'answers.daily_budget') }} as daily_budget
{%- endcall %}
