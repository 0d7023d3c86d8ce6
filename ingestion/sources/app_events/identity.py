"""What every event needs whatever file it came in: an app, an identity, properties that are an object."""

from ingestion.casting import cleaned


def checked_events(rows: str) -> str:
    """Query over the rows of a query with the columns of strict_rows.SCHEMA.

    "" and "null" are no identity; without any the row is rejected; without app_id it is of app `default`.
    `properties` must already be JSON text.
    """
    return f"""select * replace (
            coalesce(_reason_code, case when _is_blank then null
                when user_id is null and anonymous_id is null then 'missing_identity'
                when not starts_with(properties, '{{') then 'bad_properties' end) as _reason_code,
            coalesce(_reason, case when _is_blank then null
                when user_id is null and anonymous_id is null then 'user_id or anonymous_id is required'
                when not starts_with(properties, '{{')
                    then 'properties: a JSON object is wanted, got ' || left(properties, 60) end) as _reason
        )
        from (
            select * replace (
                nullif({cleaned("user_id")}, 'null') as user_id,
                nullif({cleaned("anonymous_id")}, 'null') as anonymous_id,
                coalesce({cleaned("app_id")}, 'default') as app_id
            )
            from ({rows})
        )"""
