"""The one-page account plan as PDF: exactly one sheet, whatever comes in, and the same bytes for the same values."""

import hashlib
import json
import math
import re
import unicodedata
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import typst

from keystead.documents.fonts import FontSet, default_fonts
from keystead.documents.values import OnePage

Paper = Literal["a4", "letter"]
PAPERS: dict[str, str] = {"a4": "a4", "letter": "us-letter"}
# A KPI is never left out in silence: more than these are refused.
MOST_HEADLINES = 5
MOST_DETAILS = 6

_TEMPLATE = Path(__file__).parent / "templates" / "one_page.typ"
# More than any place on the page can hold; the template measures and clips the rest.
_LONGEST_TEXT = 700
_LONGEST_LIST = 40
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class CannotPrint(ValueError):
    """The document cannot be made from these values. `code` says why."""

    def __init__(self, code: str, value: object) -> None:
        super().__init__(f"{code}: {value!r}")
        self.code = code
        self.value = value


def one_page_pdf(page: OnePage, *, paper: Paper, fonts: FontSet | None = None) -> bytes:
    """A PDF of one A4 or Letter sheet. Raises CannotPrint (unknown_paper, malformed_colour, too_many_kpis,
    moment_without_zone).

    User text travels as JSON data and is never part of the template's code.
    """
    return _render(page, paper, fonts or default_fonts())


def fingerprint(page: OnePage) -> str:
    """SHA-256 of all values of the page, in hexadecimal. Two documents with one fingerprint say the same."""
    values = json.dumps(asdict(page), sort_keys=True, default=_moment)
    return hashlib.sha256(values.encode()).hexdigest()


def _render(page: OnePage, paper: str, fonts: FontSet) -> bytes:
    if paper not in PAPERS:
        raise CannotPrint("unknown_paper", paper)
    if not _COLOUR.fullmatch(page.accent):
        raise CannotPrint("malformed_colour", page.accent)
    if len(page.headline) > MOST_HEADLINES or len(page.details) > MOST_DETAILS:
        raise CannotPrint("too_many_kpis", len(page.headline) + len(page.details))
    if page.as_of_at.tzinfo is None:
        raise CannotPrint("moment_without_zone", page.as_of_at)
    inputs = {
        "paper": PAPERS[paper],
        "families": json.dumps(fonts.families),
        "page": json.dumps(_printable(asdict(page)), default=_moment),
        "fingerprint": fingerprint(page),
    }
    return typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=fonts.fonts,
        sys_inputs=inputs,
        timestamp=int(page.as_of_at.timestamp()),
    )


def _printable(value: Any) -> Any:
    """The same tree with texts made fit for a line of print, and lists as (items, how many there were)."""
    if isinstance(value, str):
        return _line(value)
    if isinstance(value, dict):
        return {key: _printable(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return {"items": [_printable(part) for part in value[:_LONGEST_LIST]], "count": len(value)}
    if isinstance(value, float):  # every float here is a ratio to draw with
        return min(max(value, 0.0), 1.0) if math.isfinite(value) else None
    return value


def _line(text: str) -> str:
    """One line without control characters, halves of surrogate pairs or hidden changes of direction."""
    head = text[: 4 * _LONGEST_TEXT]
    kept = "".join(" " if character.isspace() else character for character in head if _is_printable(character))
    line = " ".join(kept.split())
    is_cut = len(line) > _LONGEST_TEXT or len(text) > len(head)
    return line[:_LONGEST_TEXT].rstrip() + "…" if is_cut else line


def _is_printable(character: str) -> bool:
    if character in _DIRECTION_OVERRIDES:
        return False
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cs", "Co", "Cn"}


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place on a page")
