select
    weeks.app_id,
    weeks.feature,
    weeks.period_start as week_start,
    weeks.users,
    weeks.active_users,
    {{ ratio('weeks.users', 'weeks.active_users') }} as adoption_rate,
    weeks.repeat_users,
    {{ ratio('weeks.repeat_users', 'weeks.users') }} as repeat_rate,
    coalesce(periods.is_complete, false) as is_complete
from {{ ref('int_feature_weeks') }} as weeks
left join {{ ref('int_app_periods') }} as periods
    on
        weeks.app_id = periods.app_id
        and periods.grain = 'week'
        and weeks.period_start = periods.period_start
where weeks.period_kind = 'week'
