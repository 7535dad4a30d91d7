"""The form of the columns page: from what was posted to the options of the import, with errors at their columns."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from keystead.base.numbers import whole
from keystead.data.exchange.models import Import
from keystead.domain.exchange.deciding import undecided
from keystead.domain.exchange.fields import Field, fields_of
from keystead.domain.exchange.keys import Key, key_fields, offered_keys, usual_keys
from keystead.domain.exchange.parsing.plan import NUMBERS
from keystead.domain.exchange.problems.codes import sentence
from keystead.web.imports.values import FieldValues
from keystead.web.imports.words import DATE_FORMATS, MODES, NUMBER_FORMATS, WHY, key_words

_TEXT_OPTIONS = ("date_format", "number_format", "currency")
_PLACES = 3  # keys that are asked one after the other; a client may ask more
_NAMES = {"first_name", "last_name"}


class ColumnsForm:
    """`options` are those to be changed; `is_other_table` when another sheet or header row makes other columns of the file."""

    def __init__(self, job: Import, values: list[FieldValues], data: Mapping[str, Any] | None) -> None:
        self.job, self.values, self.data = job, values, data
        self.fields = fields_of(job.kind)
        self.errors: list[str] = []
        self.column_errors: dict[str, str] = {}

    def is_valid(self) -> bool:
        if self._get("seen") != str(self.job.version):
            self.errors.append(_("This import was changed in another window meanwhile. Look again before you go on."))
        elif not self.is_other_table:
            self._check_mapping()
        return not self.errors

    def _get(self, name: str, default: str = "") -> str:
        return str(self.data.get(name, default)) if self.data is not None else default

    @cached_property
    def mapping(self) -> dict[str, str]:
        """{column: field} as posted, or as the import has it."""
        if self.data is None:
            return dict(self.job.mapping)
        posted = {column["name"]: self._get(f"column-{place}") for place, column in enumerate(self.job.columns)}
        return {name: field for name, field in posted.items() if field in self.fields}

    def _check_mapping(self) -> None:
        taken: dict[str, str] = {}
        for column, field in self.mapping.items():
            if field in taken:
                label = self.fields[field].label
                for name in (column, taken[field]):
                    self.column_errors[name] = _("Two columns are mapped to “%(field)s”.") % {"field": label}
            taken.setdefault(field, column)
        if self.column_errors:
            self.errors.append(_("One field can come from one column only."))
        missing = [str(field.label) for name, field in self.fields.items() if field.required and not self._is_given(name, taken)]
        for needed in missing:
            self.errors.append(_("No column is mapped to “%(field)s”, which every record needs.") % {"field": needed})

    def _is_given(self, name: str, taken: Mapping[str, str]) -> bool:
        return name in taken or (name == "name" and self.job.kind == "members" and bool(_NAMES & taken.keys()))

    @cached_property
    def is_other_table(self) -> bool:
        """Whether another sheet or header row was chosen."""
        if self.data is None:
            return False
        return bool(self._sheet != self.job.format.get("sheet", "") or self._header_row != self.job.format.get("header_row"))

    @property
    def _sheet(self) -> str:
        sheet = self._get("sheet", self.job.format.get("sheet", ""))
        return sheet if sheet in self.job.format.get("sheets", ()) else str(self.job.format.get("sheet", ""))

    @property
    def _header_row(self) -> int:
        typed = whole(self._get("header_row").strip(), 7)
        return typed if typed is not None else int(self.job.format.get("header_row") or 0)

    @cached_property
    def match(self) -> list[Key]:
        """The keys as posted, in their order, or as the file was matched by."""
        if self.data is None:
            return self._matched
        known = {"+".join(key): key for key in self._offered}
        posted = [self._get(f"match-{place}") for place in range(self.places)]
        return list(dict.fromkeys(known[text] for text in posted if text in known))

    @cached_property
    def _matched(self) -> list[Key]:
        chosen = self.job.format.get("keys") or self.job.options.get("match") or ()
        return [tuple(key) for key in chosen if key_fields(self.job.kind).issuperset(key)]

    @cached_property
    def _offered(self) -> list[Key]:
        """What may be chosen for the columns as they are mapped, and what was chosen elsewhere."""
        return list(dict.fromkeys((*offered_keys(self.job.kind, self.mapping.values()), *self._matched)))

    @property
    def places(self) -> int:
        return max(_PLACES, len(self._matched))

    @property
    def adopts(self) -> bool:
        """Whether new rows that are called like records without an external id are these."""
        return bool(self._get("adopt")) if self.data is not None else bool(self.job.options.get("adopt"))

    @property
    def adoptable(self) -> int:
        return int(self.job.offers.get("adoptable") or 0)

    @property
    def mode(self) -> str:
        mode = self._get("mode") if self.data is not None else self.job.options.get("mode") or "both"
        return mode if mode in dict(MODES) else "both"

    def text_option(self, name: str) -> str:
        return self._get(name) if self.data is not None else str(self.job.options.get(name) or "")

    @cached_property
    def options(self) -> dict[str, Any]:
        if self.is_other_table:
            return {"sheet": self._sheet, "header_row": self._header_row, "mapping": None, "match": None, "formats": None}
        is_usual = tuple(self.match) == usual_keys(self.job.kind, self.mapping.values())
        # Keys that nobody has touched follow the columns: an id that is mapped now is asked first.
        is_untouched = self.match == self._matched and not self.job.options.get("match")
        match = [] if is_usual or is_untouched else [list(key) for key in self.match]
        chosen = {name: self._allowed(name, self.text_option(name)) for name in _TEXT_OPTIONS}
        decided = {value.field: (value.decision_in(self.data), value.decision) for value in self.values if value.decisions}
        decisions = {name: now for name, (now, before) in decided.items() if now != before}
        unknown = {**(self.job.options.get("unknown") or {}), **decisions}
        chosen_values = {value.field: value.chosen_in(self.data) for value in self.values}
        kept = {name: pairs for name, pairs in (self.job.options.get("values") or {}).items() if name not in chosen_values}
        values = kept | {name: pairs for name, pairs in chosen_values.items() if pairs}
        left_out = {value.field: value.left_out_in(self.data) for value in self.values}
        written = {
            "without": {name: texts for name, texts in left_out.items() if texts},
            "formats": self.formats,
            "adopt": self.adopts,
            **chosen,
        }
        return {"mapping": self.mapping, "match": match, "mode": self.mode, "unknown": unknown, "values": values, **written}

    @cached_property
    def formats(self) -> dict[str, str]:
        """{column: how its days or numbers are written}, for the columns where it was chosen."""
        if self.data is None:
            return dict(self.job.options.get("formats") or {})
        posted = {column["name"]: self._get(f"format-{place}") for place, column in enumerate(self.job.columns)}
        return {name: text for name, text in posted.items() if text and text in dict(self._format_choices(name))}

    def _format_choices(self, column: str) -> list[tuple[str, Any]]:
        """(value, words) for a column of days or of numbers; nothing for one of words."""
        spec = self.fields.get(self.mapping.get(column, ""))
        if spec is None:
            return []
        if spec.type == "day":
            return [(key, words) for key, words, _example in DATE_FORMATS if key]
        return [(example, example) for example in NUMBER_FORMATS] if spec.type in NUMBERS else []

    def _allowed(self, name: str, text: str) -> str:
        allowed = {"date_format": {key for key, _words, _example in DATE_FORMATS}, "number_format": set(NUMBER_FORMATS)}.get(name)
        return text if allowed is None or text in allowed else ""

    @property
    def has_changed(self) -> bool:
        """Whether reading the file again would read it otherwise."""
        if self.is_other_table:
            return True
        now = self.job.options
        same = {name: value for name, value in self.options.items() if name not in ("mapping", "values", "match", "mode")}
        return (
            self.mapping != self.job.mapping
            or any((now.get(name) or None) != (value or None) for name, value in same.items())
            or (now.get("mode") or "both") != self.mode
            or (now.get("match") or []) != self.options["match"]
            or {k: v for k, v in (now.get("values") or {}).items() if v} != {k: v for k, v in self.options["values"].items() if v}
        )

    # What the template shows

    @property
    def date_format(self) -> str:
        return self.text_option("date_format")

    @property
    def number_format(self) -> str:
        return self.text_option("number_format")

    @property
    def currency(self) -> str:
        return self.text_option("currency")

    def rows(self) -> list[dict[str, Any]]:
        """Every column with its examples, the field chosen for it and why it was guessed."""
        return [self._row(place, column) for place, column in enumerate(self.job.columns)]

    def _row(self, place: int, column: dict[str, Any]) -> dict[str, Any]:
        guess = column.get("guess") or {}
        field = self.mapping.get(column["name"], "")
        found = column.get("date_format" if self._is_day(field) else "number_format") or {}
        return {
            "place": place, "column": column, "field": field, "error": self.column_errors.get(column["name"], ""),
            "why": WHY.get(guess.get("why", "")) if field and guess.get("field") == field else "",
            "confidence": guess.get("confidence"),
            "spec": self.fields.get(field),
            "formats": self._format_choices(column["name"]), "format": self.formats.get(column["name"], ""),
            "found": found.get("example", ""), "is_ambiguous": found.get("ambiguous"), "is_mixed": found.get("mixed"),
            "empty": _share(column.get("empty", 0), column.get("filled", 0)),
        }  # fmt: skip

    def _is_day(self, field: str) -> bool:
        return field in self.fields and self.fields[field].type == "day"

    @cached_property
    def used_rows(self) -> list[dict[str, Any]]:
        return [row for row in self.rows() if row["field"] or row["error"]]

    @cached_property
    def left_rows(self) -> list[dict[str, Any]]:
        return [row for row in self.rows() if not (row["field"] or row["error"])]

    @property
    def undecided(self) -> int:
        """How many names of the file nobody knows here, so that their rows are rejected."""
        return undecided(self.job)

    @property
    def is_taken(self) -> bool:
        """Whether a suggestion was taken by its button: the page comes back with it."""
        return any(value.is_taken_in(self.data) for value in self.values)

    @property
    def resembling(self) -> int:
        """How many new names are like ones that are here."""
        return sum(value.open_count for value in self.values if value.is_resembling)

    def choices(self) -> list[Field]:
        return list(self.fields.values())

    def match_places(self) -> list[dict[str, Any]]:
        """One choice for each place: which key is asked there."""
        words = [(key, "+".join(key), key_words(self.job.kind, key)) for key in self._offered]
        chosen = [*self.match, *[()] * (self.places - len(self.match))]
        return [
            {
                "place": place,
                "choices": [{"value": value, "label": label, "is_chosen": key == chosen[place]} for key, value, label in words],
            }
            for place in range(self.places if words else 0)
        ]

    def has_money(self) -> bool:
        return any(field.currency for name, field in self.fields.items() if name in self.mapping.values())

    def remarks(self) -> list[str]:
        found = [sentence(item["code"], item["params"]) for item in self.job.format.get("remarks", ())]
        return [text[:1].upper() + text[1:] for text in found]


def _share(empty: int, filled: int) -> float:
    return empty / (empty + filled) if empty else 0.0
