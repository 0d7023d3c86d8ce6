{{ config(materialized='ephemeral') }}
{% set rule_feeds = [] %}
{% for rule in kpi_rules() %}
    {% for feed in rule.feeds %}
        {% do rule_feeds.append({"rule": rule.rule, "feed": feed, "is_required": true}) %}
    {% endfor %}
    {% for feed in rule.optional_feeds %}
        {% do rule_feeds.append({"rule": rule.rule, "feed": feed, "is_required": false}) %}
    {% endfor %}
{% endfor %}
{{ kpi_inline_rows(rule_feeds, ["rule", "feed", "is_required"]) }}
