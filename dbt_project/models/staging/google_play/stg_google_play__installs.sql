{{ pulled_rows('google_play', 'installs', 'date', ['answers.country'], {
    'activity_date': "answers.date",
    'country': "coalesce(answers.country, '(unknown)')",
    'daily_device_installs': "cast(answers.daily_device_installs as bigint)",
    'daily_device_uninstalls': "cast(answers.daily_device_uninstalls as bigint)",
    'daily_device_upgrades': "cast(answers.daily_device_upgrades as bigint)",
    'daily_user_installs': "cast(answers.daily_user_installs as bigint)",
    'daily_user_uninstalls': "cast(answers.daily_user_uninstalls as bigint)",
    'active_device_installs': "cast(answers.active_device_installs as bigint)"
}) }}
