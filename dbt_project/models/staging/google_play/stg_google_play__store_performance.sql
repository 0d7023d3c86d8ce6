{{ pulled_rows('google_play', 'store_performance', 'date', ['answers.country'], {
    'activity_date': "answers.date",
    'country': "coalesce(answers.country, '(unknown)')",
    'store_listing_visitors': "cast(answers.store_listing_visitors as bigint)",
    'store_listing_acquisitions': "cast(answers.store_listing_acquisitions as bigint)"
}) }}
