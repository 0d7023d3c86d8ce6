-- depends_on: {{ source('wechat_official_account', 'article_total_detail') }}
-- A pull's rows are found by its batch: what a newer whole pull no longer holds has vanished.
-- The platform counts people of every article and reads and shares of some: an article without counts is counted in
-- people throughout, since a counter that changes its meaning on the way would make false days.
with details as (
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
)

select
    app_id,
    account_id,
    msgid,
    title,
    publish_date,
    stat_date,
    readers,
    case when counts_reads then reads else readers end as reads,
    sharers,
    case when counts_shares then shares else sharers end as shares,
    likes,
    comments,
    favorites,
    not counts_reads as reads_are_people,
    not counts_shares as shares_are_people,
    observed_at,
    batch_id
from (
    select
        *,
        max(reads) over (partition by account_id, msgid) is not null as counts_reads,
        max(shares) over (partition by account_id, msgid) is not null as counts_shares
    from details
) as counted
