-- depends_on: {{ source('wechat_official_account', 'user_summary') }}
-- A pull's rows are found by its batch: what a newer whole pull no longer holds has vanished.
select
    answers.app_id,
    answers.account_id,
    answers.user_source,
    answers.ref_date,
    cast(answers.new_user as bigint) as new_followers,
    cast(answers.cancel_user as bigint) as lost_followers,
    pulls.observed_at,
    pulls.batch_id
from {{ read_raw('wechat_official_account', 'user_summary') }} as answers
inner join {{ ref('stg_wechat_official_account__pulls') }} as pulls
    on
        answers._batch_id = pulls.batch_id
        and answers.account_id = pulls.account_id
        and answers.ref_date = pulls.report_date
        and pulls.entity = 'user_summary'
        and pulls.is_newest
qualify row_number() over (
    partition by answers.account_id, answers.user_source, answers.ref_date
    order by pulls.observed_at desc, answers._source_row desc, answers._source_file desc, answers._content_hash
) = 1
