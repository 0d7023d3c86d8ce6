{{ pulled_rows('ga4', 'sessions', 'date', ['answers.source', 'answers.medium'], {
    'activity_date': "answers.date",
    'source': "coalesce(answers.source, '(unknown)')",
    'medium': "coalesce(answers.medium, '(unknown)')",
    'sessions': "cast(answers.sessions as bigint)",
    'engaged_sessions': "cast(answers.engaged_sessions as bigint)",
    'users': "cast(answers.total_users as bigint)",
    'new_users': "cast(answers.new_users as bigint)",
    'is_estimate': "answers.is_sampled or answers.is_thresholded or answers.has_other_row"
}) }}
