"""Which lines need a second look before DuckDB may read them, found by looking at bytes, not by parsing.

A line is odd when it may hold what DuckDB reads too kindly or rounds (line_query.ODD, or nesting deeper than
MAX_DEPTH). Too many odd lines cost time, one too few would cost truth: where a cheap test is not sure, the line is odd.
Vectorised over a block of whole lines: a regular expression over the same text takes twice as long.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingestion.sources.app_events.strict_json import MAX_DEPTH

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: So many bytes are looked at in one go: they stay in the cache of a core.
_CHUNK = 1 << 18
#: Steps to the left before a byte is taken for odd: longer numbers and runs of blanks are nobody's habit.
_STEPS = 64
_TAB, _RETURN, _BLANK, _QUOTE, _COMMA, _MINUS, _POINT, _COLON, _OPEN = 9, 13, 32, 34, 44, 45, 46, 58, 91
_BACKSLASH = ord("\\")
_LETTERS = {name: ord(name) for name in "aefin"}
_CLOSE = ord("}")


@dataclass(frozen=True)
class Looks:
    """Flags for each line: `odd` as above; `edged` = a text of it may begin or end with a blank, or has an escape."""

    odd: Flags
    edged: Flags


def looked_at(data: Bytes, ends: Places) -> Looks:
    """`data` are whole lines of UTF-8, each ending with a newline; `ends` are behind those."""
    odd, edged = np.zeros(len(ends), np.bool_), np.zeros(len(ends), np.bool_)
    if not len(ends):
        return Looks(odd, edged)
    found = _candidates(data)
    places = [
        _closes_after_comma(data, found.closers),
        _value_ends(data, found.exponents),
        _long_fractions(data, found.points),
        found.words[_begins_value(data, found.words - 1) & _ends_word(data, found.words)],
    ]
    odd[np.searchsorted(ends, np.concatenate(places), side="right")] = True
    if len(found.closers) > MAX_DEPTH:
        odd |= np.diff(np.searchsorted(found.closers, ends), prepend=0) > MAX_DEPTH
    edged[np.searchsorted(ends, found.edges, side="right")] = True
    return Looks(odd, edged)


def odd_lines(data: Bytes, ends: Places) -> Flags:
    return looked_at(data, ends).odd


@dataclass(frozen=True)
class _Found:
    """Places of closing brackets, of an e after a digit, of points that may stand in a long number, of the words
    nan and inf (any letters), and of edges: escapes, and blanks on the inner side of what may be a quote of a text."""

    closers: Places
    exponents: Places
    points: Places
    words: Places
    edges: Places


def _candidates(data: Bytes) -> _Found:
    found: list[list[Places]] = [[], [], [], [], []]
    size = min(len(data), _CHUNK + 2)
    # New memory for each result would cost ten times what the comparisons do.
    small, digit, digits = (np.empty(size, kind) for kind in (np.uint8, np.uint8, np.bool_))
    kept = [np.empty(size, np.bool_) for _ in range(6)]
    for start in range(0, len(data), _CHUNK):
        # The two bytes before are looked at as well: nothing is torn at a border.
        again = min(start, 2)
        part = data[start - again : start + _CHUNK]
        n = len(part)
        one, two, three, four, five, six = (flags[:n] for flags in kept)
        low, is_digit = small[:n], digits[:n]
        np.bitwise_or(part, 32, out=low)
        np.less(np.subtract(part, 48, out=digit[:n]), 10, out=is_digit)

        closers = np.equal(low, _CLOSE, out=one)
        found[0].append(np.flatnonzero(closers[again:]) + start)

        quotes, blanks = np.equal(part, _QUOTE, out=two), np.equal(part, _BLANK, out=three)
        edges = np.equal(part, _BACKSLASH, out=four)
        # A text ends before a comma, a colon, a closing bracket or a blank.
        behind = np.less_equal(part, _BLANK, out=five)
        behind |= np.equal(part, _COMMA, out=six)
        behind |= np.equal(part, _COLON, out=six)
        behind |= closers
        np.logical_and(quotes[:-1], blanks[1:], out=six[1:])
        edges[1:] |= six[1:]
        np.logical_and(blanks[:-2], quotes[1:-1], out=six[2:])
        six[2:] &= behind[2:]
        edges[2:] |= six[2:]
        found[4].append(np.flatnonzero(edges[again:]) + start)

        exponents = np.equal(low, _LETTERS["e"], out=one)
        exponents[1:] &= is_digit[:-1]
        found[1].append(np.flatnonzero(exponents[again:]) + start)

        # 7 and 8 behind a point are digits, or 8 and 9 before it; at the borders of the part nobody looks.
        points = np.equal(part, _POINT, out=one)
        pairs = np.logical_and(is_digit[:-1], is_digit[1:], out=two[: max(n - 1, 0)])
        if n > 17:
            points[9:-8] &= np.logical_or(pairs[16:], pairs[:-16], out=three[: n - 17])
        found[2].append(np.flatnonzero(points[again:]) + start)

        outs = zip("anfi", (one, two, three, four), strict=True)
        nan, middle, inf, first = (np.equal(low, _LETTERS[name], out=out) for name, out in outs)
        nan[1:-1] &= np.logical_and(middle[:-2], middle[2:], out=five[: max(n - 2, 0)])
        inf[2:] &= np.logical_and(first[:-2], middle[1:-1], out=six[: max(n - 2, 0)])
        nan[1:-1] |= inf[2:]
        found[3].append(np.flatnonzero(nan[1:-1]) + (start - again))
    closers_, exponents_, points_, words_, edges_ = (np.concatenate(places) for places in found)
    return _Found(closers_, exponents_, points_, words_, edges_)


def _closes_after_comma(data: Bytes, closers: Places) -> Places:
    before = data[closers - 1]
    closers = closers[(before == _COMMA) | _is_blank(before)]
    left, is_lost = _leftwards(data, closers - 1, _is_blank)
    return closers[is_lost | (data[left] == _COMMA)]


def _value_ends(data: Bytes, exponents: Places) -> Places:
    """Of the places of an e those behind a number that is a value of its own."""
    left, is_lost = _leftwards(data, exponents - 1, _is_number)
    return exponents[is_lost | _begins_value(data, left)]


def _long_fractions(data: Bytes, points: Places) -> Places:
    """Points of numbers that a double may not keep: 8 digits behind it, or 16 and more around it."""
    last = len(data) - 1
    is_long = _is_digit(data[np.minimum(points + 8, last)])
    is_long |= _is_digit(data[np.maximum(points - 9, 0)]) & _is_digit(data[np.maximum(points - 8, 0)])
    points = points[is_long]
    left, is_lost_left = _leftwards(data, points - 1, _is_digit)
    right, is_lost_right = _leftwards(data[::-1], last - points - 1, _is_digit)
    before, behind = points - 1 - left, (last - right) - points - 1
    is_long = (behind >= 8) | ((before >= 9) & (before + behind >= 16))
    return points[is_lost_left | is_lost_right | (is_long & _begins_value(data, left))]


def _begins_value(data: Bytes, before: Places) -> Flags:
    """Whether a JSON value begins behind these places, or what looks like one inside of a text."""
    left = before - (data[before] == _MINUS)
    left, is_lost = _leftwards(data, left, _is_blank)
    found = data[left]
    # The colons in 12:30:59.123456789 follow no quote.
    key_ends = data[left - 1]
    is_key = (found == _COLON) & ((key_ends == _QUOTE) | _is_blank(key_ends))
    return is_lost | is_key | (found == _COMMA) | (found == _OPEN)


def _ends_word(data: Bytes, words: Places) -> Flags:
    """Whether nan, inf or infinity ends at the third letter, as far as one byte can say."""
    after = data[np.minimum(words + 3, len(data) - 1)]
    is_infinity = (after | 32 == _LETTERS["i"]) & (data[words] | 32 == _LETTERS["i"])
    return is_infinity | _is_blank(after) | (after == _COMMA) | (after | 32 == _CLOSE)


def _leftwards(data: Bytes, places: Places, is_skipped: Callable[[Bytes], Flags]) -> tuple[Places, Flags]:
    """The first places to the left that are not skipped, and whether none was found in _STEPS.

    A newline ends every search: the byte left of the first one is the last.
    """
    places = places.copy()
    moving = np.flatnonzero(is_skipped(data[places]))
    for _ in range(_STEPS):
        if not len(moving):
            break
        places[moving] -= 1
        moving = moving[is_skipped(data[places[moving]])]
    is_lost = np.zeros(len(places), np.bool_)
    is_lost[moving] = True
    return places, is_lost


def _is_digit(found: Bytes) -> Flags:
    return (found - 48) < 10


def _is_number(found: Bytes) -> Flags:
    return _is_digit(found) | (found == _POINT)


def _is_blank(found: Bytes) -> Flags:
    return (found == _BLANK) | (found == _TAB) | (found == _RETURN)
