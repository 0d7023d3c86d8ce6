"""Kinds of line that an event file may hold, each with its outcome: landed, duplicate, blank, or a reason code."""

from dataclasses import dataclass
from typing import Any

MIB = 1 << 20


@dataclass(frozen=True)
class LineKind:
    """`text` is the line without its newline; `kept` are values that the landed row must have."""

    group: str
    name: str
    text: bytes
    outcome: str
    kept: dict[str, Any]


def _kind(group: str, name: str, text: str | bytes, outcome: str = "landed", **kept: Any) -> LineKind:
    return LineKind(group, name, text.encode() if isinstance(text, str) else text, outcome, kept)


def _event(number: str, rest: str = "", **values: str | None) -> str:
    """A valid event of an id; `values` are JSON texts that take the place of the usual ones, None leaves a key out."""
    usual: dict[str, str | None] = {
        "event_id": f'"{number}"',
        "event_name": '"v"',
        "user_id": '"u"',
        "occurred_at": '"2026-03-30"',
    }
    given = usual | values
    return (
        "{" + ",".join(f'"{key}":{value}' for key, value in given.items() if value is not None) + rest + "}"
    )


def _properties(name: str, properties: str) -> str:
    return _event(name, properties=properties)


def _nested(depth: int, opening: str, closing: str, name: str) -> str:
    return _properties(name, '{"a":' + opening * depth + "1" + closing * depth + "}")


_FIRST = _event("first", properties='{"b":[1,null,"x"]}')

_JSON = [
    ("an event", _event("j1"), "landed"),
    (
        "blanks between the tokens",
        ' { "event_id" : "j2","event_name":"v", "user_id":"u","occurred_at":"2026-03-30" } ',
        "landed",
    ),
    ("nothing", "", "blank"),
    ("blanks and tabs", " \t ", "blank"),
    ("no JSON", "{broken", "broken_json"),
    ("the beginning of an event", _event("j3")[:30], "broken_json"),
    ("a comma before }", _event("j4", ","), "broken_json"),
    ("a comma before ]", _properties("j5", '{"a":[1, ]}'), "broken_json"),
    ("NaN", _properties("j6", '{"a":NaN}'), "broken_json"),
    ("Infinity", _properties("j7", '{"a":Infinity}'), "broken_json"),
    ("-Infinity in an array", _properties("j8", '{"a":[1, -Infinity]}'), "broken_json"),
    ("single quotes", _event("j9").replace('"', "'"), "broken_json"),
    ("a key without quotes", _event("j10").replace('"event_id"', "event_id"), "broken_json"),
    ("a comment", _event("j11") + " // note", "broken_json"),
    ("two events without anything between", _event("j12") + _event("j13"), "broken_json"),
    ("two events with a comma between", _event("j14") + "," + _event("j15"), "broken_json"),
    ("an array of events", f"[{_event('j16')}]", "not_an_object"),
    ("a text", '"v"', "not_an_object"),
    ("a number", "7", "not_an_object"),
    ("null", "null", "not_an_object"),
    ("an object without keys", "{}", "missing_identity"),
    ("a key that is there twice", _event("j17", ',"user_id":"w"'), "repeated_key"),
    ("150 levels", _nested(150, "[", "]", "j18"), "landed"),
    ("250 arrays", _nested(250, "[", "]", "j19"), "too_deep"),
    ("250 objects", _nested(250, '{"a":', "}", "j20"), "too_deep"),
    ("1,000 levels", _nested(1000, "[", "]", "j21"), "too_deep"),
    ("150,000 levels", _nested(150_000, "[", "]", "j22"), "too_deep"),
    ("a vertical tab around", "\v" + _event("j23"), "broken_json"),
    ("a byte order mark in the middle of the file", "\ufeff" + _event("j24"), "broken_json"),
    ("True as Python writes it", _properties("j25", '{"a":True}'), "broken_json"),
]  # fmt: skip
_TEXT = [
    ("a NUL byte", '{"event_id":"a\0b"}', "broken_json"),
    ("a tab inside a text", _properties("t1", '{"a":"\t"}'), "broken_json"),
    ("bytes that are not UTF-8", b'{"event_id":"\xff"}', "broken_encoding"),
    ("GBK", '{"city":"杭州"}'.encode("gbk"), "broken_encoding"),
    ("an overlong /", b'{"event_id":"\xc0\xaf"}', "broken_encoding"),
    ("a surrogate as bytes", b'{"event_id":"\xed\xa0\x80"}', "broken_encoding"),
    ("the first half of a pair", _event("t2", user_id='"\\ud83d"'), "lone_surrogate"),
    ("the second half of a pair", _properties("t3", '{"a":"\\ude00"}'), "lone_surrogate"),
    ("a line of 1 MiB", _properties("t4", '{"a":"' + "x" * MIB + '"}'), "landed"),
    ("a line of 10 MiB", _properties("t5", '{"a":"' + "x" * (10 * MIB) + '"}'), "landed"),
    ("a line of 20 MiB", _properties("t6", '{"a":"' + "x" * (20 * MIB) + '"}'), "line_too_long"),
    ("a carriage return before the newline", _event("t7") + "\r", "landed"),
]
_KEPT_TEXT = [
    ("an emoji as an escaped pair", _event("t8", user_id='"\\ud83d\\ude00"'), {"user_id": "😀"}),
    ("an emoji", _event("t9", user_id='"👩‍👩‍👧"'), {"user_id": "👩‍👩‍👧"}),
    ("Arabic and combining marks", _event("t10", city='"مدينة e\u0301"'), {"city": "مدينة e\u0301"}),
    ("a line separator U+2028", _event("t11", city='"a\u2028b"'), {"city": "a\u2028b"}),
    ("an escaped newline", _event("t12", city='"a\\nb"'), {"city": "a\nb"}),
    ("blanks around an id", _event("t13", user_id='"  u1 "'), {"user_id": "u1"}),
]
_NUMBERS = [
    ("a leading zero", _properties("n1", '{"a":007}'), "broken_json"),
    ("a plus sign", _properties("n2", '{"a":+1}'), "broken_json"),
    ("no digit before the point", _properties("n3", '{"a":.5}'), "broken_json"),
    ("no digit after the point", _properties("n4", '{"a":1.}'), "broken_json"),
    ("hexadecimal", _properties("n5", '{"a":0x1F}'), "broken_json"),
]
_EXACT = (
    "12345678901234567890123", "0.1234567890123456789", "12345678901234.567", "1E400", "1.5", "-9223372036854775809",
    "9007199254740993",
)  # fmt: skip
_IDS = [
    ("no event_id", _event("", event_id=None), "missing_required"),
    ("an empty event_id", _event(""), "missing_required"),
    ("event_id null", _event("", event_id="null"), "missing_required"),
    ("event_id an object", _event("", event_id='{"a":1}'), "not_text"),
    ("no event_name", _event("i1", event_name=None), "missing_required"),
    ("neither user_id nor anonymous_id", _event("i2", user_id=None), "missing_identity"),
    (
        'user_id "null" and anonymous_id ""',
        _event("i3", user_id='"null"', anonymous_id='""'),
        "missing_identity",
    ),
    ("user_id an array", _event("i4", user_id='["u"]'), "not_text"),
    ("app_id an object", _event("i5", app_id="{}"), "not_text"),
    ("keys in other letters only", _event("i6").replace("event_id", "Event_ID"), "missing_required"),
]
_KEPT_IDS = [
    ("anonymous_id alone", _event("i7", user_id=None, anonymous_id='"a"'), {"user_id": None, "anonymous_id": "a"}),
    ("user_id of 23 digits", _event("i8", user_id="12345678901234567890123"), {"user_id": "12345678901234567890123"}),
    ("event_id a number", _event("", event_id="77"), {"event_id": "77"}),
    ("no app_id", _event("i9"), {"app_id": "default"}),
    ("app_id of another alphabet", _event("i10", app_id='"商店"'), {"app_id": "商店"}),
    ("a name like SQL", _event("i11", event_name="\"'; drop table x; --\""), {"event_name": "'; drop table x; --"}),
    ("the word nullable", _event("i12", user_id='"nullable"'), {"user_id": "nullable"}),
    ("an id in braces", _event("i13", user_id='"{4F2A}"'), {"user_id": "{4F2A}"}),
]  # fmt: skip
_KEYS = [
    ("unknown keys", '"vip":true,"tags":["a"]', '{"vip":true,"tags":["a"]}'),
    ("__proto__ and constructor", '"__proto__":{"a":1},"constructor":"x"', '{"__proto__":{"a":1},"constructor":"x"}'),
    ("keys like SQL", '"a\\"; drop table x; --":1', '{"a\\"; drop table x; --":1}'),
    ("a key without letters", '"":1', '{"":1}'),
    ("the names of landing's columns", '"_source_row":"x","_reason":"y"', '{"_source_row":"x","_reason":"y"}'),
]  # fmt: skip
_PROPERTIES = [
    ("properties an array", "[1]", "bad_properties"),
    ("properties a text", '"{}"', "bad_properties"),
    ("properties a number", "1", "bad_properties"),
    ("properties null", "null", "landed"),
    ("properties empty", "{}", "landed"),
    ('"12" where 12 is meant', '{"quantity":"12"}', "landed"),
    ("1.5 where a whole number is meant", '{"quantity":1.5}', "landed"),
]
_REPETITIONS = [
    ("an event", _FIRST, "landed"),
    ("the same again", _FIRST, "duplicate"),
    ("the same with blanks", _FIRST.replace(":", " : "), "duplicate"),
    ("the same with a key null", _FIRST[:-1] + ',"city":null}', "duplicate"),
    ("the same id with another content", _FIRST.replace('"u"', '"w"'), "landed"),
    ("the same id of another app", _FIRST[:-1] + ',"app_id":"other"}', "landed"),
]

LINE_KINDS: list[LineKind] = [
    *(_kind("JSON", *row) for row in _JSON),
    *(_kind("text", *row) for row in _TEXT),
    *(_kind("text", name, text, **kept) for name, text, kept in _KEPT_TEXT),
    *(_kind("numbers", *row) for row in _NUMBERS),
    *(
        _kind(
            "numbers", f"{n} in properties", _properties(f"e{i}", f'{{"x":{n}}}'), properties=f'{{"x":{n}}}'
        )
        for i, n in enumerate(_EXACT)
    ),
    *(_kind("identities", *row) for row in _IDS),
    *(_kind("identities", name, text, **kept) for name, text, kept in _KEPT_IDS),
    *(
        _kind("keys", name, _event(f"k{i}", "," + rest), _extra=kept)
        for i, (name, rest, kept) in enumerate(_KEYS)
    ),
    *(
        _kind("properties", name, _properties(f"p{i}", text), outcome)
        for i, (name, text, outcome) in enumerate(_PROPERTIES)
    ),
    *(_kind("repetitions", *row) for row in _REPETITIONS),
]
