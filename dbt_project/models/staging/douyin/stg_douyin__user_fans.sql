{{ pulled_rows('douyin', 'user_fans', 'date', ['answers.app_id'], {
    'activity_date': "answers.date",
    'new_followers': "cast(answers.new_fans as bigint)",
    'total_followers': "cast(answers.total_fans as bigint)"
}) }}
