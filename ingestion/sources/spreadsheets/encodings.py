"""Which encoding a text file has: found by what fits, named in the log, refused where two fit."""

import codecs
from collections.abc import Callable

from ingestion.errors import FileRefused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Excel in the region writes GBK, of which GB18030 is the superset.
_WITHOUT_MARK = ("utf-8", "gb18030")
#: Chinese text is at least to this share of characters of GB2312's first level (the 3,755 most used ones) and signs.
#: UTF-8 read as GBK has a rare character in every third place at least.
USUAL_SHARE = 0.75


def decoded(file_name: str, data: bytes, is_known: Callable[[str], bool] | None = None) -> tuple[str, str]:
    """(text, encoding). `is_known` says whether a text has a header that is known.

    Raises FileRefused when no encoding fits every byte. Where a header is asked for, also when without a byte order
    mark two fit and give different texts of which neither is surely right: a person must say which, by saving the file
    with a mark. Without that question UTF-8 comes first.
    """
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    candidates = {
        encoding: text
        for encoding in ([marked] if marked else _WITHOUT_MARK)
        if (text := _decode(data, encoding)) is not None
    }
    if not candidates:
        tried = marked or ", ".join(_WITHOUT_MARK)
        raise FileRefused(file_name, f"its text fits no encoding ({tried}); save it as CSV UTF-8")
    if any("\0" in text for text in candidates.values()):
        raise FileRefused(file_name, "holds NUL bytes, so it is no text; save it as CSV UTF-8")
    if len(set(candidates.values())) == 1 or is_known is None:
        encoding, text = next(iter(candidates.items()))
        if encoding == "gb18030" and is_known is not None and not _is_chinese(text, is_known):
            raise FileRefused(file_name, "its text reads like no Chinese; save it as CSV UTF-8 (with a mark)")
        return text, encoding
    known = [encoding for encoding, text in candidates.items() if is_known(text)]
    if len(known) == 1:
        return candidates[known[0]], known[0]
    if _is_beyond_letters(candidates["utf-8"]) and not _is_usual(candidates["gb18030"]):
        return candidates["utf-8"], "utf-8"
    raise FileRefused(
        file_name, "its text fits UTF-8 and GB18030 and reads differently; save it as CSV UTF-8 (with a mark)"
    )


def _decode(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_chinese(text: str, is_known: Callable[[str], bool]) -> bool:
    """A header of Chinese words that is known says it all; else the usual characters do."""
    is_header_chinese = is_known(text) and not is_known(
        "".join(letter for letter in text if letter.isascii())
    )
    return is_header_chinese or text.isascii() or _is_usual(text)


def _is_usual(text: str) -> bool:
    """Whether Chinese is written in usual characters."""
    letters = [letter.encode("gb18030") for letter in text if not letter.isascii()]
    return bool(letters) and sum(map(_is_usual_letter, letters)) >= USUAL_SHARE * len(letters)


def _is_usual_letter(code: bytes) -> bool:
    """Signs (A1–A9) and the first level (B0–D7) of GB2312; GBK's own letters have other second bytes."""
    return len(code) == 2 and (0xA1 <= code[0] <= 0xA9 or 0xB0 <= code[0] <= 0xD7) and code[1] >= 0xA1


def _is_beyond_letters(text: str) -> bool:
    """Chinese, full-width signs and emoji take three bytes and more in UTF-8; é and Ж take two, as GBK letters do."""
    letters = [letter for letter in text if not letter.isascii()]
    return sum(letter >= "\u2000" for letter in letters) > 0.9 * len(letters)
