"""The charts, drawn with Vega-Altair: specifications without data, compiled once to what the browser draws.

`python -m orchestration.report.charts` compiles by hand (set-up does). A page carries its rows beside them; page.js
puts them together, and knows the functions that write numbers and days in the reader's language. Colours are CSS
variables, so a page follows the reader's light or dark theme.
"""

import json
import os
from base64 import b64encode
from gzip import compress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

    Drawing = alt.LayerChart | alt.FacetChart

#: Compiled kits, one file per state of this module and its libraries; git-ignored.
COMPILED = Path(__file__).parent / ".compiled"
_FONT = "system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans SC', sans-serif"
_TONES = {"good": "var(--good)", "bad": "var(--bad)", "flat": "var(--accent)", "rest": "var(--faint)"}


def trend() -> "Drawing":
    """Rows {at: ms, value, low, high, incomplete, anomaly, tip}: a line in its usual band, anomalies as dots."""
    import altair as alt

    x = alt.X("at:T", scale=alt.Scale(type="utc"), title=None).axis(
        labelExpr="shortDay(datum.value, lang)", tickCount=5, grid=False, labelFlush=True, labelOverlap=True
    )
    y_axis = alt.Axis(
        labelExpr="amount(datum.value, unit, symbol, lang)", tickCount=4, domain=False, ticks=False
    )
    base = alt.Chart(alt.NamedData("rows")).encode(x=x)
    complete = base.transform_filter("!datum.incomplete")
    band = complete.mark_area(color="var(--accent)", opacity=0.13, interpolate="monotone").encode(
        y=alt.Y("low:Q", axis=y_axis, title=None, scale=alt.Scale(zero=False, nice=True)), y2="high:Q"
    )
    line = complete.mark_line(color="var(--accent)", strokeWidth=2, interpolate="monotone").encode(
        y="value:Q"
    )
    # On every day something to point at; seen are anomalies and the days that are not complete.
    is_marked = "datum.incomplete || datum.anomaly"
    points = base.mark_point(filled=True).encode(
        y="value:Q",
        tooltip="tip:N",
        opacity=alt.when(is_marked).then(alt.value(1)).otherwise(alt.value(0)),
        size=alt.when(is_marked).then(alt.value(70)).otherwise(alt.value(260)),
        fill=alt.when("datum.incomplete").then(alt.value("var(--paper)")).otherwise(alt.value("var(--bad)")),
        stroke=alt.when("datum.incomplete").then(alt.value("var(--soft)")).otherwise(alt.value("var(--paper)")),
        strokeWidth=alt.value(1.5),
    )  # fmt: skip
    # Of the axis labels, which page.js writes.
    words = [alt.param("unit", value="count"), alt.param("symbol", value=""), alt.param("lang", value="zh")]
    return alt.layer(band, line, points).add_params(*words).properties(width="container", height=170)


def diverging() -> "Drawing":
    """Rows {label, order, value, text, tone, tip}: bars to the left and right of zero, e.g. contributions, ROI."""
    import altair as alt

    scale = alt.Scale(domain=[alt.ExprRef("low"), alt.ExprRef("high")], nice=False, zero=False)
    y = alt.Y("label:N", sort=alt.EncodingSortField("order", op="min"), title=None).axis(
        domain=False, ticks=False, labelLimit=96, labelPadding=6
    )
    base = alt.Chart(alt.NamedData("rows")).encode(y=y)
    x = alt.X("value:Q", scale=scale, axis=None)
    tones = alt.Scale(domain=list(_TONES), range=list(_TONES.values()))
    bars = base.mark_bar(height=15, cornerRadius=2).encode(
        x=x, color=alt.Color("tone:N", scale=tones, legend=None), tooltip="tip:N"
    )
    words = base.mark_text(fontSize=12, fill="var(--ink)").encode(x=x, text="text:N")
    right = words.transform_filter("datum.value >= 0").mark_text(
        align="left", dx=6, fill="var(--ink)", fontSize=12
    )
    left = words.transform_filter("datum.value < 0").mark_text(
        align="right", dx=-6, fill="var(--ink)", fontSize=12
    )
    zero = (
        alt.Chart(alt.NamedData("rows"))
        .mark_rule(color="var(--soft)")
        .encode(x=alt.datum(0, type="quantitative"))
    )
    return (
        alt.layer(bars, right, left, zero)
        .add_params(alt.param("low", value=-1), alt.param("high", value=1))
        .properties(width="container", height=alt.Step(28))
    )


def funnel() -> "Drawing":
    """Rows {label, order, value, text, tip}: one bar a step, whose text says users and conversion."""
    import altair as alt

    y = alt.Y("label:N", sort=alt.EncodingSortField("order", op="min"), title=None).axis(
        domain=False, ticks=False, labelLimit=110, labelPadding=6
    )
    x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, alt.ExprRef("high")], nice=False))
    base = alt.Chart(alt.NamedData("rows")).encode(y=y, x=x)
    bars = base.mark_bar(height=22, cornerRadius=2, color="var(--accent)").encode(
        opacity=alt.Opacity("order:O", scale=alt.Scale(range=[1, 0.45]), legend=None), tooltip="tip:N"
    )
    words = base.mark_text(align="left", dx=6, fontSize=12, fill="var(--ink)").encode(text="text:N")
    return (
        alt.layer(bars, words)
        .add_params(alt.param("high", value=1))
        .properties(width="container", height=alt.Step(34))
    )


def retention() -> "Drawing":
    """Rows {label, order, column, column_order, rate, text, tip}: cohorts downwards, days after to the right."""
    import altair as alt

    x = alt.X("column:N", sort=alt.EncodingSortField("column_order", op="min"), title=None).axis(
        orient="top", domain=False, ticks=False, labelAngle=0, labelOverlap=False
    )
    y = alt.Y("label:N", sort=alt.EncodingSortField("order", op="min"), title=None).axis(
        domain=False, ticks=False, labelLimit=130
    )
    base = alt.Chart(alt.NamedData("rows")).encode(x=x, y=y)
    cells = base.mark_rect(
        color="var(--accent)", stroke="var(--paper)", strokeWidth=2, cornerRadius=3
    ).encode(
        opacity=alt.Opacity("rate:Q", legend=None).scale(domain=[0, 0.6], range=[0.06, 1], clamp=True),
        tooltip="tip:N",
    )
    numbers = base.mark_text(fontSize=11).encode(
        text="text:N",
        color=alt.when("datum.rate > 0.33")
        .then(alt.value("var(--on-accent)"))
        .otherwise(alt.value("var(--ink)")),
    )
    return alt.layer(cells, numbers).properties(width="container", height=alt.Step(26))


CHARTS = {"trend": trend, "diverging": diverging, "funnel": funnel, "retention": retention}


def chart_kit() -> dict[str, Any]:
    """{"library": Vega's JavaScript (gzip, base64), "specs": {name: Vega specification}}; compiled when nobody did.

    900 kB of JavaScript are 350 kB that way, in every page of every day; the browser unpacks them in 20 ms.
    """
    path = COMPILED / f"{_state()}.json"
    if not path.exists():
        COMPILED.mkdir(exist_ok=True)
        written = path.with_suffix(f".{os.getpid()}")
        written.write_text(json.dumps(_compile(), ensure_ascii=False), "utf-8")
        written.replace(path)
        for old in COMPILED.glob("*.json"):
            if old != path:
                old.unlink(missing_ok=True)
    return dict(json.loads(path.read_text("utf-8")))


def _state() -> str:
    tools = [version("altair"), version("vl-convert-python")]
    return sha256(json.dumps(tools).encode() + Path(__file__).read_bytes()).hexdigest()[:24]


def _compile() -> dict[str, Any]:
    import vl_convert

    library = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    specs = {name: vl_convert.vegalite_to_vega(_finished(draw())) for name, draw in CHARTS.items()}
    return {"library": b64encode(compress(library.encode(), mtime=0)).decode(), "specs": specs}


def _finished(chart: "Drawing") -> dict[str, Any]:
    words = {"labelColor": "var(--soft)", "labelFont": _FONT, "labelFontSize": 11}
    lines = {"gridColor": "var(--line)", "domainColor": "var(--line)", "tickColor": "var(--line)"}
    finished = chart.configure(
        background="transparent", font=_FONT, padding=0, autosize={"type": "fit-x", "contains": "padding"}
    ).configure_view(stroke=None).configure_axis(**words, **lines)  # fmt: skip
    return dict(finished.to_dict(validate=True))


if __name__ == "__main__":
    chart_kit()
