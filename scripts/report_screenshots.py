"""docs/report-zh.png and docs/report-en.png: the top of an app's daily report, as a real browser shows it.

`make screenshots` takes them from the demo company's report (after `make run`); needs chromium.
"""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from tests.integration.browser import find_chromium, open_browser  # noqa: E402

WIDTH, HEIGHT = 1200, 1100


def main(page: Path) -> int:
    chromium = find_chromium()
    if chromium is None or not page.exists():
        missing = "chromium" if chromium is None else str(page)
        print(f"error: {missing} is missing", file=sys.stderr)
        return 1
    with open_browser(chromium) as browser:
        for language in ("zh", "en"):
            browser.open(page.resolve(), width=WIDTH, language=language)
            picture = REPOSITORY / "docs" / f"report-{language}.png"
            browser.screenshot(picture, height=HEIGHT)
            print(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
