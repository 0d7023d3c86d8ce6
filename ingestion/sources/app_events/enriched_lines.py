"""Lines of Snowplow's enriched TSV → JSON lines of named cells, which the adapter reads like any vendor's.

The published format has 131 columns and no header; tabs and newlines inside a value were replaced by its producer, so
a line with another number of cells is no event. An empty cell is none.
"""

import duckdb
import pyarrow as pa

from ingestion.casting import literal
from ingestion.sources.app_events.adapters.snowplow import SNOWPLOW
from ingestion.sources.app_events.adapters.vendor_rows import rows_of_vendor_lines

#: In the order of the published header.
_HEADER = """
app_id platform etl_tstamp collector_tstamp dvce_created_tstamp event event_id txn_id name_tracker v_tracker
v_collector v_etl user_id user_ipaddress user_fingerprint domain_userid domain_sessionidx network_userid geo_country
geo_region geo_city geo_zipcode geo_latitude geo_longitude geo_region_name ip_isp ip_organization ip_domain
ip_netspeed page_url page_title page_referrer page_urlscheme page_urlhost page_urlport page_urlpath page_urlquery
page_urlfragment refr_urlscheme refr_urlhost refr_urlport refr_urlpath refr_urlquery refr_urlfragment refr_medium
refr_source refr_term mkt_medium mkt_source mkt_term mkt_content mkt_campaign contexts se_category se_action
se_label se_property se_value unstruct_event tr_orderid tr_affiliation tr_total tr_tax tr_shipping tr_city tr_state
tr_country ti_orderid ti_sku ti_name ti_category ti_price ti_quantity pp_xoffset_min pp_xoffset_max pp_yoffset_min
pp_yoffset_max useragent br_name br_family br_version br_type br_renderengine br_lang br_features_pdf
br_features_flash br_features_java br_features_director br_features_quicktime br_features_realplayer
br_features_windowsmedia br_features_gears br_features_silverlight br_cookies br_colordepth br_viewwidth
br_viewheight os_name os_family os_manufacturer os_timezone dvce_type dvce_ismobile dvce_screenwidth
dvce_screenheight doc_charset doc_width doc_height tr_currency tr_total_base tr_tax_base tr_shipping_base
ti_currency ti_price_base base_currency geo_timezone mkt_clickid mkt_network etl_tags dvce_sent_tstamp
refr_domain_userid refr_device_tstamp derived_contexts domain_sessionid derived_tstamp event_vendor event_name
event_format event_version event_fingerprint true_tstamp
"""
COLUMNS = tuple(_HEADER.split())
_JSON = ("contexts", "unstruct_event", "derived_contexts")


def rows_of_enriched_lines(connection: duckdb.DuckDBPyConnection, lines: pa.Table) -> str:
    """A query like that of `rows_of_vendor_lines`; `_raw_text` is the line as it came. Lives until the next call."""
    connection.register("enriched_lines", lines)
    as_json = connection.sql(f"""
        select case when is_event then concat('{{', concat_ws(',', {", ".join(_pairs())}), '}}') else line end as line,
            file, row, case when is_wrong then 'wrong_columns' else note end as note, true as odd, true as edged
        from (
            select *, note is null and not is_blank and len(cells) = {len(COLUMNS)} as is_event,
                note is null and not is_blank and len(cells) <> {len(COLUMNS)} as is_wrong
            from (
                select *, trim(line, ' \t\r\n') = '' as is_blank,
                    string_split(rtrim(line, '\r\n'), chr(9)) as cells
                from enriched_lines
            )
        )""").to_arrow_table()
    rows = rows_of_vendor_lines(connection, as_json.cast(lines.schema), SNOWPLOW)
    original = "select cast(file as varchar) as _source_file, row as _source_row, line from enriched_lines"
    return f"""select rows.* exclude (_raw_text), rtrim(original.line, '\r\n') as _raw_text
        from ({rows}) as rows inner join ({original}) as original using (_source_file, _source_row)"""


def _pairs() -> list[str]:
    """SQL: `"name":value` of each cell, null of an empty one. What is meant to be JSON goes in as it is."""
    pairs = []
    for place, name in enumerate(COLUMNS, 1):
        cell = f"cells[{place}]"
        text = f"cast(to_json({cell}) as varchar)"
        value = f"case when json_valid({cell}) then {cell} else {text} end" if name in _JSON else text
        pairs.append(
            f"case when {cell} <> '' then concat({literal(chr(34) + name + chr(34) + ':')}, {value}) end"
        )
    return pairs
