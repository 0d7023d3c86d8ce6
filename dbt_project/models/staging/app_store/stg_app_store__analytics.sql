with analytics as (
    {{ pulled_rows('app_store', 'analytics', 'processing_date', ['answers.report', 'answers.instance_id', 'answers.segment_id', 'answers.line'], {
        'report': "answers.report",
        'processing_date': "answers.processing_date",
        'instance_id': "answers.instance_id",
        'segment_id': "answers.segment_id",
        'line': "answers.line",
        'activity_date': "answers.date",
        'event': "answers.event",
        'download_type': "answers.download_type",
        'territory': "answers.territory",
        'source_type': "answers.source_type",
        'page_type': "answers.page_type",
        'device': "answers.device",
        'app_version': "answers.app_version",
        'counts': "cast(answers.counts as bigint)",
        'unique_counts': "cast(answers.unique_counts as bigint)"
    }) }}
)

select *
from analytics
qualify processing_date = max(processing_date) over (partition by account_id, report, activity_date)
