"""What every operation on a profile needs: somebody or something it is about, and properties it can be applied to."""

from ingestion.casting import cleaned

#: An increment is added exactly, as decimal(38, 9).
NUMBER = "-?[0-9]{1,20}([.][0-9]{1,9})?"


def checked_operations(rows: str) -> str:
    """Query over the rows of `rows_of_operations`: ids cleaned, app `default` where none, the reason where one is bad.

    An increment of what is no plain number, and an append of what is no array, put the whole line aside.
    """
    return f"""select * exclude (problem) replace (
            coalesce(_reason_code, problem) as _reason_code,
            coalesce(_reason, case problem
                when 'missing_identity' then 'a profile needs distinct_id, an item needs item_type and item_id'
                when 'bad_properties' then 'properties: a JSON object without a key twice is wanted'
                when 'bad_operation' then 'increment wants plain numbers (20 digits, 9 decimals), append wants arrays'
                end) as _reason
        )
        from (
            select *, case
                when coalesce(user_id, anonymous_id) is null and (item_id is null or item_type is null)
                    then 'missing_identity'
                when json_type(properties) is distinct from 'OBJECT' then 'bad_properties'
                when list_unique(json_keys(properties)) < len(json_keys(properties)) then 'bad_properties'
                when operation = 'increment' and len(list_filter(json_extract_string(properties, '$.*'),
                    lambda value: not regexp_full_match(value, '{NUMBER}'))) > 0 then 'bad_operation'
                when operation = 'append' and len(list_filter(json_extract_string(properties, '$.*'),
                    lambda value: not starts_with(value, '['))) > 0 then 'bad_operation' end as problem
            from (
                select * replace (
                    nullif({cleaned("user_id")}, 'null') as user_id,
                    nullif({cleaned("anonymous_id")}, 'null') as anonymous_id,
                    {cleaned("item_type")} as item_type,
                    {cleaned("item_id")} as item_id,
                    coalesce({cleaned("app_id")}, 'default') as app_id
                )
                from ({rows})
            )
        )"""
