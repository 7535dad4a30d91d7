"""What can be wrong with a file, with a row or with a cell, as stable codes and as sentences.

A code is for machines and never changes; the sentence is for people, is translated when it is shown, and
names the row and the column. Parameters are plain JSON values, so that a problem can be stored and told
later in any language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keystead.domain.exchange.fields import fields_of
from keystead.domain.exchange.problems.sentences import SENTENCES

SHOWN_CHARACTERS = 80


class CannotRead(Exception):
    """The file as a whole cannot be read as a table. `code` says why, `params` fill the sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        return _opened(sentence(self.code, self.params))


class BadValue(ValueError):
    """A text that is not what its field needs. Raised by the parsers, which know neither row nor column."""

    def __init__(self, code: str, text: str, **params: Any) -> None:
        super().__init__(f"{code}: {text[:SHOWN_CHARACTERS]!r}")
        self.code = code
        self.text = text
        self.params = {"value": shown(text), **params}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a row (1-based, as the file counts) and a column (its header), or in the whole
    row.
    """

    row: int | None
    column: str | None
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, bad: BadValue, *, row: int | None, column: str | None) -> "Problem":
        return cls(row, column, bad.code, bad.params)

    @property
    def message(self) -> str:
        """The whole sentence, place included as far as it is known, in the active language."""
        what = sentence(self.code, self.params)
        if self.row is None and self.column is None:
            return _opened(what)
        if self.row is None:
            return gettext("Column “%(column)s”: %(what)s") % {"column": self.column, "what": what}
        if self.column is None:
            return gettext("Row %(row)s: %(what)s") % {"row": self.row, "what": what}
        return gettext("Row %(row)s, column “%(column)s”: %(what)s") % {
            "row": self.row,
            "column": self.column,
            "what": what,
        }

    def to_json(self) -> dict[str, Any]:
        """{"row", "column", "code", "message"}: the shape the API promises."""
        return {"row": self.row, "column": self.column, "code": self.code, "message": self.message}


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a code in the active language; an unknown code is told as such rather than failing."""
    template = SENTENCES.get(code, _("this could not be understood (%(code)s)."))
    params = _labelled(params)
    meant = params.get("suggestion")
    hint = " " + gettext("Perhaps “%(suggestion)s” is meant?") % {"suggestion": meant} if meant else ""
    return str(template) % _Lenient({"code": code, "hint": hint, **params})


def _labelled(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fields are stored by their names, with the kind that they are `of`, and told by their labels in the reader's language."""
    if "of" not in params:
        return params
    fields = fields_of(params["of"])
    names = {"field": [params.get("field")], "fields": params.get("fields", [])}
    return {**params, **{key: ", ".join(str(fields[name].label) for name in some if name) for key, some in names.items()}}


def _opened(clause: str) -> str:
    return clause[:1].upper() + clause[1:]


def shown(text: str) -> str:
    """A value as a sentence can carry it: one line, no control characters, not endless."""
    one_line = "".join(c if c.isprintable() else "�" if c == "\0" else " " for c in text)
    return one_line if len(one_line) <= SHOWN_CHARACTERS else one_line[: SHOWN_CHARACTERS - 1] + "…"


class _Lenient(dict[str, Any]):
    # A stored problem may be older than its sentence: a missing parameter must not hide the rest.
    def __missing__(self, key: str) -> str:
        return "?"
