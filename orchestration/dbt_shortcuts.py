"""What a build of hundreds of small nodes need not do: three of dbt's habits cost a third of its Python.

Two are replaced by the same result for less, in dbt's own process alone; tests/integration/test_dbt_shortcuts.py
compares them with dbt's own way over every test of the project. The third is left out: writing the manifest that
the build was given once more at its end, when nothing can run beside it (1 s).
"""

import ast
import re
from typing import Any

from dbt.clients import jinja
from dbt.clients.jinja import GENERIC_TEST_KWARGS_NAME
from dbt.task import runnable
from dbt_common.events import event_manager_client
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.utils.dict import deep_map_render

#: How dbt's parser writes the model of a generic test that names no other place.
_MODEL = re.compile(r"\{\{ get_where_subquery\(ref\('(\w+)'\)\) \}\}")
_JINJA = re.compile(r"\{[{%#]|[#}%]\}")
_FUNCTION = re.compile(r"^\s*(env_var|ref|var|source|doc)\s*\(.+\)\s*$")


def take(results: frozenset[str]) -> None:
    """Use the shortcuts in this process; `results` are the events that somebody listens to."""
    event_manager_client.ctx_set_event_manager(EventsThatMatter(results))
    jinja.add_rendered_test_kwargs = add_test_kwargs
    runnable.write_manifest = leave_manifest


def leave_manifest(manifest: Any, target_path: str, which: str | None = None) -> None:
    """The target holds it already (`dbt_manifest.prepare_manifest`)."""


class EventsThatMatter(EventManager):
    """Drops what nobody reads before it is made a message: dbt tells ten events a node, one is a result."""

    def __init__(self, results: frozenset[str]) -> None:
        super().__init__()
        self._results = results

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        is_quiet = (level or e.level_tag()) in (EventLevel.TEST, EventLevel.DEBUG, EventLevel.INFO)
        if force_warn_or_error_handling or not is_quiet or type(e).__name__ in self._results:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def add_test_kwargs(context: Any, node: Any, capture_macros: bool = False) -> None:
    """The arguments of a generic test: plain texts as they are, the model by one call, anything else as dbt does.

    dbt renders every text with a context of 700 macros, 5 ms each.
    """

    def render(value: Any, keypath: tuple[str | int, ...]) -> Any:
        if not isinstance(value, str) or keypath == ("column_name",):
            return value
        if model := _MODEL.fullmatch(value):
            return context["get_where_subquery"](context["ref"](model[1]))
        if _FUNCTION.match(value):
            value = f"{{{{ {value} }}}}"
        if _JINJA.search(value):
            return jinja.get_rendered(value, context, node, capture_macros=capture_macros, native=True)
        return _native(value)

    context[GENERIC_TEST_KWARGS_NAME] = deep_map_render(render, node.test_metadata.kwargs)


def _native(text: str) -> Any:
    """A text without Jinja as native rendering gives it: no last line break, and a Python literal is one."""
    text = text.removesuffix("\n")
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError):
        return text
