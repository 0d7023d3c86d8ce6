"""RFC 8259, to the letter: what DuckDB reads too kindly (NaN) or too roughly (0.12345678901234567).

Numbers stay the text that was sent. `canonical` writes a value back without blanks, as DuckDB does.
"""

import json
import re
from collections.abc import Iterator

MAX_DEPTH = 200
_BLANKS = " \t\n\r"
_SURROGATE = re.compile("[\ud800-\udfff]")


#: As DuckDB escapes: hexadecimal digits in capitals.
_ESCAPES = {code: f"\\u{code:04X}" for code in range(32)} | {
    ord(char): escape
    for char, escape in zip('"\\\b\f\n\r\t', (r"\"", r"\\", r"\b", r"\f", r"\n", r"\r", r"\t"), strict=True)
}


class NotStrict(ValueError):
    """Text is no strict JSON; `code` is the reason code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Number(str):
    """A number, as its exact text."""


class _Pairs(list[tuple[str, object]]):
    """An object in its order of keys, repeated ones included."""


def _no_constant(name: str) -> object:
    raise NotStrict("broken_json", f"{name} is not JSON; write null or a number")


_DECODER = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=_no_constant, object_pairs_hook=_Pairs
)


def parse(text: str) -> object:
    """dict, list, str, Number, bool or None. Raises NotStrict."""
    if too_deep(text):
        raise NotStrict("too_deep", f"nested deeper than {MAX_DEPTH}")
    if "\0" in text:
        raise NotStrict("broken_json", "holds a NUL byte")
    try:
        value = _DECODER.decode(text.strip(_BLANKS))
    except json.JSONDecodeError as error:
        raise NotStrict("broken_json", f"not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise NotStrict("too_deep", f"nested deeper than {MAX_DEPTH}") from error
    return _resolved(value)


def too_deep(text: str) -> bool:
    """Whether brackets outside of strings nest deeper than MAX_DEPTH."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _brackets(text):
        depth += 1 if bracket in "{[" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _brackets(text: str) -> Iterator[str]:
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', text, re.DOTALL):
        if len(match[0]) == 1:
            yield match[0]


def _resolved(value: object) -> object:
    """Pairs as dicts; a repeated key or half a surrogate pair is refused: nobody can say what was meant."""
    if isinstance(value, Number):
        return value
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise NotStrict("lone_surrogate", "holds half of a surrogate pair (\\ud800–\\udfff)")
        return value
    if isinstance(value, _Pairs):
        found: dict[str, object] = {}
        for key, inner in value:
            if key in found:
                raise NotStrict("repeated_key", f"the key {key[:60]!r} is there twice")
            found[str(_resolved(key))] = _resolved(inner)
        return found
    if isinstance(value, list):
        return [_resolved(inner) for inner in value]
    return value


def canonical(value: object) -> str:
    """Compact JSON text of a parsed value, numbers as they were sent."""
    if isinstance(value, Number):
        return _number(value)
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(key)}:{canonical(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _number(number: Number) -> str:
    """The text of the fast path, where 12.50 is 12.5: the same event has one content whatever file it came in."""
    whole, _, decimals = number.partition(".")
    if not decimals:
        return "0" if number == "-0" else str(number)
    is_kept_by_a_double = (
        decimals.isdigit() and len(decimals) <= 7 and len(whole.lstrip("-") + decimals) <= 15
    )
    return f"{whole}.{decimals.rstrip('0') or '0'}" if is_kept_by_a_double else str(number)
