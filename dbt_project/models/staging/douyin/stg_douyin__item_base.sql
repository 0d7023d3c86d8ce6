{{ pulled_rows('douyin', 'item_base', 'stat_date', ['answers.item_id'], {
    'item_id': "answers.item_id",
    'title': "answers.title",
    'published_date': "answers.published_date",
    'stat_date': "answers.stat_date",
    'plays': "cast(answers.total_play as bigint)",
    'likes': "cast(answers.total_like as bigint)",
    'comments': "cast(answers.total_comment as bigint)",
    'shares': "cast(answers.total_share as bigint)"
}) }}
