"""A module that is imported when it is used behaves as the module, and costs nothing before."""

import subprocess
import sys
import textwrap


def _run(program: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def test_importing_it_reads_nothing_and_using_it_reads_it_once() -> None:
    assert _run("""
        import sys
        from orchestration.expectations.lazy_modules import import_when_used
        import_when_used("xml.dom.minidom")
        import xml.dom.minidom as first
        from xml.dom import minidom as second
        print("xml.dom.expatbuilder" in sys.modules or "xml.dom.xmlbuilder" in sys.modules)
        print(first.parseString("<a/>").documentElement.tagName, second.Document is first.Document)
        import xml.dom.minidom as third
        print(third is not first, third.Document is first.Document)
        """).splitlines() == ["False", "a True", "True True"]


def test_a_module_that_is_there_stays() -> None:
    assert (
        _run("""
        import json
        from orchestration.expectations.lazy_modules import import_when_used
        import_when_used("json")
        import sys
        print(sys.modules["json"] is json)
        """)
        == "True"
    )


def test_great_expectations_is_ready_without_what_no_suite_uses() -> None:
    assert _run("""
        import sys
        from orchestration.expectations.runner import loaded
        loaded()
        import altair, scipy.stats
        print("altair.vegalite" in sys.modules, "scipy.stats.distributions" in sys.modules)
        print(scipy.stats.norm.cdf(0), altair.Chart.__name__)
        """).splitlines() == ["False False", "0.5 Chart"]
