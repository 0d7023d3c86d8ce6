"""YAML that remembers lines: text values only, and the line of every key, for errors that name it."""

from dataclasses import dataclass, field
from typing import Any

import yaml

#: Where a value stands: keys and list positions from the top.
Place = tuple[str | int, ...]


class YamlError(Exception):
    """The text is not usable YAML. `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


@dataclass
class LinedYaml:
    """`data` holds dicts, lists and str; every scalar is its text, so that 0123 and 1e5 stay ids."""

    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of the nearest known place; names that only the schema knows are passed over."""
        known: Place = ()
        for step in place:
            if (*known, step) in self.lines:
                known = (*known, step)
        return self.lines.get(known, 1)


def read_lined_yaml(text: str) -> LinedYaml:
    """Parse one document. A key without a value is left out; a repeated key raises YamlError."""
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "not YAML"
        raise YamlError(mark.line + 1 if mark else 1, str(reason)) from None
    result = LinedYaml()
    result.data = _build(root, (), result.lines, ()) if root is not None else None
    return result


def _build(node: yaml.Node, place: Place, lines: dict[Place, int], open_nodes: tuple[int, ...]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(place, line)
    if id(node) in open_nodes:
        raise YamlError(line, "an alias contains itself")
    inner = (*open_nodes, id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*place, number), lines, inner) for number, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        is_absent = node.style is None and node.value in ("", "~", "null")
        return None if is_absent else node.value
    built: dict[str, Any] = {}
    for key, value in node.value:
        name, key_line = str(key.value), key.start_mark.line + 1
        if (*place, name) in lines:
            raise YamlError(key_line, f"`{name}` is given twice")
        lines[(*place, name)] = key_line
        if (content := _build(value, (*place, name), lines, inner)) is not None:
            built[name] = content
    return built
