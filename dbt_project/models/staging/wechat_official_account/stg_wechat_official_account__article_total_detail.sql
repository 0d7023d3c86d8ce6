-- depends_on: {{ source('wechat_official_account', 'article_total_detail') }}
-- A pull's rows are found by its batch: what a newer whole pull no longer holds has vanished.
select
    answers.app_id,
    answers.account_id,
    answers.msgid,
    answers.title,
    answers.publish_date,
    answers.stat_date,
    cast(answers.read_user as bigint) as readers,
    cast(answers.read_count as bigint) as reads,
    cast(answers.share_user as bigint) as sharers,
    cast(answers.share_count as bigint) as shares,
    cast(answers.like_count as bigint) as likes,
    cast(answers.comment_count as bigint) as comments,
    cast(answers.collection_count as bigint) as favorites,
    pulls.observed_at,
    pulls.batch_id
from {{ read_raw('wechat_official_account', 'article_total_detail') }} as answers
inner join {{ ref('stg_wechat_official_account__pulls') }} as pulls
    on
        answers._batch_id = pulls.batch_id
        and answers.account_id = pulls.account_id
        and answers.publish_date = pulls.report_date
        and pulls.entity = 'article_total_detail'
        and pulls.is_newest
qualify row_number() over (
    partition by answers.account_id, answers.msgid, answers.stat_date
    order by pulls.observed_at desc, answers._source_row desc, answers._source_file desc, answers._content_hash
) = 1
