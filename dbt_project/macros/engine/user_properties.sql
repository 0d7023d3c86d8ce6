{# Properties of users: JSON text in, rows and exact numbers out. #}

{# The value of a top-level key of a JSON object as JSON text; null when absent. #}
{% macro json_part(json, key) %}{{ adapter.dispatch('json_part')(json, key) }}{% endmacro %}
{% macro default__json_part(json, key) -%}
    cast(json_extract({{ json }}, '$."{{ key }}"') as varchar)
{%- endmacro %}
{% macro spark__json_part(json, key) -%}
    get_json_object({{ json }}, '$.{{ key }}')
{%- endmacro %}

{# Select list item: a row (name, value) for each entry of a JSON object whose values are strings; value is their text. #}
{% macro each_text_property(json) %}{{ adapter.dispatch('each_text_property')(json) }}{% endmacro %}
{% macro default__each_text_property(json) -%}
    unnest(list_transform(
        map_entries(cast(cast({{ json }} as json) as map(varchar, varchar))),
        lambda entry: {'name': entry.key, 'value': entry.value, 'set_micros': cast(null as bigint)}
    ))
{%- endmacro %}
{% macro spark__each_text_property(json) -%}
    explode(transform(
        map_entries(from_json({{ json }}, 'map<string, string>')),
        entry -> named_struct('name', entry.key, 'value', entry.value, 'set_micros', cast(null as bigint))
    ))
{%- endmacro %}

{# Select list item: a row (name, value, set_micros) for each property of an object, or of the array of GA4
   ({key, value: {string_value, ..., set_timestamp_micros}}). `value` is JSON text, null where it is JSON null. #}
{% macro each_carried_property(json) %}{{ adapter.dispatch('each_carried_property')(json) }}{% endmacro %}
{% macro default__each_carried_property(json) -%}
    unnest(case
        when starts_with({{ json }}, '[') then list_transform(
            json_transform({{ json }}, '[{"key": "VARCHAR", "value": {"string_value": "VARCHAR", "int_value": "VARCHAR",
                "double_value": "VARCHAR", "float_value": "VARCHAR", "set_timestamp_micros": "VARCHAR"}}]'),
            lambda entry: {
                'name': entry.key,
                'value': coalesce(
                    cast(to_json(entry.value.string_value) as varchar),
                    entry.value.int_value, entry.value.double_value, entry.value.float_value
                ),
                'set_micros': try_cast(entry.value.set_timestamp_micros as bigint)
            }
        )
        else list_transform(
            map_entries(try(cast(cast({{ json }} as json) as map(varchar, json)))),
            lambda entry: {
                'name': entry.key, 'value': cast(entry.value as varchar), 'set_micros': cast(null as bigint)
            }
        )
    end)
{%- endmacro %}
{% macro spark__each_carried_property(json) -%}
    explode(case
        when startswith({{ json }}, '[') then transform(
            from_json({{ json }}, 'array<struct<key: string, value: struct<string_value: string, int_value: string,
                double_value: string, float_value: string, set_timestamp_micros: string>>>'),
            entry -> named_struct(
                'name', entry.key,
                'value', coalesce(
                    regexp_extract(to_json(named_struct('text', entry.value.string_value)), '^.{8}(.+)[}]$', 1),
                    entry.value.int_value, entry.value.double_value, entry.value.float_value
                ),
                'set_micros', try_cast(entry.value.set_timestamp_micros as bigint)
            )
        )
        else transform(
            map_entries(from_json({{ json }}, 'map<string, variant>')),
            entry -> named_struct('name', entry.key, 'value', to_json(entry.value), 'set_micros', cast(null as bigint))
        )
    end)
{%- endmacro %}

{# A moment from an epoch in microseconds. #}
{% macro moment_of_micros(micros) %}{{ adapter.dispatch('moment_of_micros')(micros) }}{% endmacro %}
{% macro default__moment_of_micros(micros) -%}
    make_timestamp({{ micros }})
{%- endmacro %}
{% macro spark__moment_of_micros(micros) -%}
    timestamp_micros({{ micros }})
{%- endmacro %}

{# decimal(38, 9) of JSON text that is a plain number; null when it is none or would be rounded. #}
{% macro plain_number(text) %}{{ adapter.dispatch('plain_number')(text) }}{% endmacro %}
{% macro default__plain_number(text) -%}
    case when regexp_full_match({{ text }}, '-?[0-9]{1,20}([.][0-9]{1,9})?') then cast({{ text }} as decimal(38, 9)) end
{%- endmacro %}
{% macro spark__plain_number(text) -%}
    case when {{ text }} rlike '^-?[0-9]{1,20}([.][0-9]{1,9})?$' then cast({{ text }} as decimal(38, 9)) end
{%- endmacro %}

{# Texts of the rows of a window up to this one, with commas between. #}
{% macro joined_so_far(text, window) %}{{ adapter.dispatch('joined_so_far')(text, window) }}{% endmacro %}
{% macro default__joined_so_far(text, window) -%}
    string_agg({{ text }}, ',') over ({{ window }})
{%- endmacro %}
{% macro spark__joined_so_far(text, window) -%}
    array_join(collect_list({{ text }}) over ({{ window }}), ',')
{%- endmacro %}

{# JSON text of a list of the elements in `inner`, which has commas between; null is none. #}
{% macro json_list(inner) -%}
    concat('[', coalesce({{ inner }}, ''), ']')
{%- endmacro %}

{# Whether JSON text is a list, or an object. #}
{% macro is_json_list(text) -%} left({{ text }}, 1) = '[' {%- endmacro %}
{% macro is_json_object(text) -%} left({{ text }}, 1) = '{{ "{" }}' {%- endmacro %}
