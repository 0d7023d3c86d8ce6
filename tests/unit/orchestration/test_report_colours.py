"""The colours of the report can be told from their ground by everybody (WCAG AA: 4.5 to 1), in light and in dark."""

import re
from itertools import product

import pytest

from orchestration.report.page import TEMPLATES

STYLE = (TEMPLATES / "page.css").read_text("utf-8")
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in STYLE.split("@media")[:2])
ON_GROUND = list(product(("ink", "soft", "good", "bad", "amber", "accent"), ("paper", "card")))
IN_CHIPS = [
    ("good", "good-bg"),
    ("bad", "bad-bg"),
    ("amber", "amber-bg"),
    ("soft", "plain-bg"),
    ("on-accent", "accent"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("words", "ground"), [*ON_GROUND, *IN_CHIPS])
def test_words_stand_out(theme: dict[str, str], words: str, ground: str) -> None:
    light, dark = sorted((luminance(theme[words]), luminance(theme[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
