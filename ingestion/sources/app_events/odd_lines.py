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
_TAB, _NEWLINE, _RETURN, _BLANK, _QUOTE = 9, 10, 13, 32, 34
_COMMA, _MINUS, _POINT, _COLON, _OPEN = 44, 45, 46, 58, 91
_BACKSLASH = ord("\\")
_LETTERS = {name: ord(name) for name in "aefin"}
_CLOSE = ord("}")


@dataclass(frozen=True)
class Looks:
    """Flags for each line: `odd` as above; `edged` = a text of it may begin or end with a blank, or has an escape."""

    odd: Flags
    edged: Flags


def line_ends(data: Bytes) -> Places:
    """Places behind the newlines."""
    flags = np.empty(min(len(data), _CHUNK), np.bool_)
    found = [np.empty(0, np.int64)]
    for start in range(0, len(data), _CHUNK):
        part = data[start : start + _CHUNK]
        found.append(np.flatnonzero(np.equal(part, _NEWLINE, out=flags[: len(part)])) + (start + 1))
    return np.concatenate(found)


def looked_at(data: Bytes, ends: Places) -> Looks:
    """`data` are whole lines of UTF-8, each ending with a newline; `ends` are behind those."""
    odd, edged = np.zeros(len(ends), np.bool_), np.zeros(len(ends), np.bool_)
    if not len(ends):
        return Looks(odd, edged)
    found = _candidates(data)
    places = [
        _closes_after_comma(data, found.closers),
        _odd_numbers(data, found.values),
        _odd_words(data, found.values),
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
    """Places of closing brackets, of the first byte of what may be a value other than a text, and of edges: escapes,
    and blanks on the inner side of what may be a quote of a text."""

    closers: Places
    values: Places
    edges: Places


def _candidates(data: Bytes) -> _Found:
    found: list[list[Places]] = [[], [], []]
    size = min(len(data), _CHUNK + 2)
    # New memory for each result would cost ten times what the comparisons do.
    small = np.empty(size, np.uint8)
    kept = [np.empty(size, np.bool_) for _ in range(6)]
    for start in range(0, len(data), _CHUNK):
        # The two bytes before are looked at as well: nothing is torn at a border.
        again = min(start, 2)
        part = data[start - again : start + _CHUNK]
        n = len(part)
        blanks, quotes, colons, parting, closers, spare = (flags[:n] for flags in kept)

        np.equal(np.bitwise_or(part, 32, out=small[:n]), _CLOSE, out=closers)
        found[0].append(np.flatnonzero(closers[again:]) + start)

        np.less_equal(part, _BLANK, out=blanks)
        np.equal(part, _QUOTE, out=quotes)
        np.equal(part, _COLON, out=colons)
        np.equal(part, _COMMA, out=parting)
        parting |= blanks

        # A text ends before a comma, a colon, a closing bracket or a blank.
        behind = closers
        behind |= parting
        behind |= colons
        edges = np.equal(part, _BACKSLASH, out=spare)
        behind[2:] &= quotes[1:-1]
        behind[2:] &= blanks[:-2]
        edges[2:] |= behind[2:]
        edges[1:] |= np.logical_and(quotes[:-1], blanks[1:], out=closers[1:])
        found[2].append(np.flatnonzero(edges[again:]) + start)

        # A value comes after a blank, a comma, an opening bracket or the colon of a key: those in 12:30:59 follow no
        # quote. A text or another blank comes after most of them.
        quotes |= blanks
        colons[1:] &= quotes[:-1]
        parting |= colons
        parting |= np.equal(part, _OPEN, out=spare)
        values = np.greater(part, _QUOTE, out=spare)
        values[1:] &= parting[:-1]
        found[1].append(np.flatnonzero(values[again:]) + start)
    closers_, values_, edges_ = (np.concatenate(places) for places in found)
    return _Found(closers_, values_, edges_)


def _closes_after_comma(data: Bytes, closers: Places) -> Places:
    before = data[closers - 1]
    closers = closers[(before == _COMMA) | _is_blank(before)]
    left, is_lost = _moved(data, closers - 1, _is_blank, -1)
    return closers[is_lost | (data[left] == _COMMA)]


def _odd_numbers(data: Bytes, values: Places) -> Places:
    """Numbers with an exponent, or that a double may not keep: 8 digits behind the point, or 16 and more around it."""
    starts = values + (data[values] == _MINUS)
    starts = starts[_is_digit(data[starts])]
    points, is_lost = _moved(data, starts, _is_digit, 1)
    has_point = data[points] == _POINT
    stops, is_lost_too = _moved(data, points + has_point, _is_digit, 1)
    whole, decimals = points - starts, stops - points - has_point
    is_long = (decimals >= 8) | ((decimals > 0) & (whole >= 9) & (whole + decimals >= 16))
    return starts[is_lost | is_lost_too | is_long | (data[stops] | 32 == _LETTERS["e"])]


def _odd_words(data: Bytes, values: Places) -> Places:
    """nan, inf and infinity, in any letters, where a value may stand."""
    starts = values + (data[values] == _MINUS)
    first = data[starts] | 32
    starts = starts[(first == _LETTERS["n"]) | (first == _LETTERS["i"])]
    first, second, third = (data[np.minimum(starts + n, len(data) - 1)] | 32 for n in range(3))
    is_nan = (first == _LETTERS["n"]) & (second == _LETTERS["a"]) & (third == _LETTERS["n"])
    is_inf = (first == _LETTERS["i"]) & (second == _LETTERS["n"]) & (third == _LETTERS["f"])
    return starts[(is_nan | is_inf) & _ends_word(data, starts)]


def _ends_word(data: Bytes, words: Places) -> Flags:
    """Whether nan, inf or infinity ends at the third letter, as far as one byte can say."""
    after = data[np.minimum(words + 3, len(data) - 1)]
    is_infinity = (after | 32 == _LETTERS["i"]) & (data[words] | 32 == _LETTERS["i"])
    return is_infinity | _is_blank(after) | (after == _COMMA) | (after | 32 == _CLOSE)


def _moved(
    data: Bytes, places: Places, is_skipped: Callable[[Bytes], Flags], step: int
) -> tuple[Places, Flags]:
    """The first places in steps of 1 or -1 that are not skipped, and whether none was found in _STEPS.

    A newline ends every search: the byte left of the first one is the last.
    """
    places = places.copy()
    moving = np.flatnonzero(is_skipped(data[places]))
    for _ in range(_STEPS):
        if not len(moving):
            break
        places[moving] += step
        moving = moving[is_skipped(data[places[moving]])]
    is_lost = np.zeros(len(places), np.bool_)
    is_lost[moving] = True
    return places, is_lost


def _is_digit(found: Bytes) -> Flags:
    return (found - 48) < 10


def _is_blank(found: Bytes) -> Flags:
    return (found == _BLANK) | (found == _TAB) | (found == _RETURN)
