"""Names in the file that nobody knows, with what they may mean, and what was decided about them."""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from keystead.data.exchange.models import Import
from keystead.data.models import Member, Stage
from keystead.domain.exchange.deciding import unknown_words
from keystead.domain.exchange.fields import fields_of
from keystead.domain.exchange.imports import may_import
from keystead.domain.exchange.recognising.learning import Taught, taught_for
from keystead.domain.exchange.recognising.names import TO_MAKE, unknown_rule
from keystead.domain.exchange.recognising.resembling import NAMING
from keystead.domain.exchange.tables import MODELS, NAMED_BY, TARGETS
from keystead.domain.workspace.permissions import may
from keystead.web.imports.cells import label_of_choice
from keystead.web.imports.words import DECISIONS

_FEW = 25  # so many known names are a list to choose from; more are looked up while typing
_KNOWN = 500


@dataclass
class FieldValues:
    """One field: `rows` are [{from, to, count, suggestions, is_sure, is_recognised, learnt, is_left_out}], `choices` the known
    names [(value, words)], `beyond` how many more names nobody knows than are listed."""

    field: str
    label: str
    rows: list[dict[str, Any]]
    choices: list[tuple[str, str]]
    decision: str = ""
    decisions: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    names_the_row: bool = False
    beyond: int = 0

    @property
    def is_short(self) -> bool:
        return len(self.choices) <= _FEW

    @property
    def otherwise(self) -> str:
        """What becomes of a name that is given no meaning here."""
        if self.decisions:
            return gettext("as decided above")
        return str(DECISIONS["reject"]) if self.decision == "reject" else gettext("a new one of this name")

    @property
    def is_resembling(self) -> bool:
        """Whether these are new records that resemble known ones, rather than names that others are called by."""
        return self.names_the_row and bool(self.open_count)

    @property
    def open_count(self) -> int:
        return sum(1 for row in self.rows if row["count"] and not row.get("is_recognised")) + self.beyond

    def decision_in(self, data: Mapping[str, Any] | None) -> str:
        if data is None or not self.decisions:
            return ""
        posted = str(data.get(f"unknown-{self.field}", ""))
        return posted if posted in dict(self.decisions) else self.decision

    def chosen_in(self, data: Mapping[str, Any] | None) -> dict[str, str]:
        """{text in the file: known name} as posted; a row that is left empty is not mapped."""
        if data is None:
            return {}
        posted = {row["from"]: self._posted(data, place) for place, row in enumerate(self.rows)}
        left_out = self.left_out_in(data)
        learnt = {row["from"]: row["learnt"].means for row in self.rows if row["learnt"]}
        same = {row["from"]: row["to"] for row in self.rows if row.get("is_recognised")}  # means it without being mapped
        return {
            text: to
            for text, to in posted.items()
            if to and to != same.get(text) and not (text in left_out and to == learnt[text])
        }

    def _posted(self, data: Mapping[str, Any], place: int) -> str:
        """What was chosen at a row: a suggestion whose button was pressed goes before what stands in the field."""
        return str(data.get(f"take-{self.field}-{place}") or data.get(f"value-{self.field}-{place}", "")).strip()

    def is_taken_in(self, data: Mapping[str, Any] | None) -> bool:
        """Whether the button of a suggestion was pressed."""
        return data is not None and any(data.get(f"take-{self.field}-{place}") for place in range(len(self.rows)))

    def left_out_in(self, data: Mapping[str, Any] | None) -> list[str]:
        """The texts that are not to mean in this file what was learnt."""
        if data is None:
            return [row["from"] for row in self.rows if row["is_left_out"]]
        return [row["from"] for place, row in enumerate(self.rows) if row["learnt"] and data.get(f"without-{self.field}-{place}")]


def fields_with_values(job: Import, viewer: Member) -> list[FieldValues]:
    """Every field with names that are unknown or were mapped, the reference to the kind itself included."""
    offers: dict[str, Any] = job.offers.get("fields", {})
    mapped: dict[str, dict[str, str]] = job.options.get("values") or {}
    left_out: dict[str, list[str]] = job.options.get("without") or {}
    choices = {
        name: [{"value": word, "count": count, "suggestions": []} for word, count in words]
        for name, words in unknown_words(job).items()
    }
    given = (
        offers,
        {name for name, pairs in mapped.items() if pairs},
        {name for name, texts in left_out.items() if texts},
        choices,
    )
    names = [name for name in fields_of(job.kind) if any(name in some for some in given) or _is_own(job, name)]
    found = [_one(job, viewer, name, offers.get(name, {}), mapped.get(name, {}), choices.get(name, [])) for name in names]
    learnt = taught_for(job=job, viewer=viewer)
    for one in found:
        _sign(one, learnt.get(one.field, {}), left_out.get(one.field, ()))
    return found


def _sign(field: FieldValues, learnt: Mapping[str, Taught], left_out: Collection[str]) -> None:
    """Notes at each text what was learnt of it and is applied or left out here."""
    shown = {row["from"] for row in field.rows}
    field.rows += [
        {"from": text, "to": "", "count": 0, "suggestions": [], "is_sure": False}
        for text in left_out
        if text in learnt and text not in shown
    ]
    for row in field.rows:
        known = learnt.get(row["from"])
        row["is_left_out"] = known is not None and row["from"] in left_out
        row["learnt"] = known if known and (row["is_left_out"] or row["to"] == known.means) else None
        if row["is_left_out"] and row["is_sure"]:  # what was refused is not put forward again
            row["to"], row["is_sure"] = "", False


def _is_own(job: Import, name: str) -> bool:
    return name == TARGETS[job.kind].parent and name in job.mapping.values()


def _one(
    job: Import, viewer: Member, name: str, offer: Mapping[str, Any], mapped: Mapping[str, str], others: list[dict[str, Any]]
) -> FieldValues:
    spec = fields_of(job.kind)[name]
    rows: list[dict[str, Any]] = [
        {"from": text, "to": to, "count": 0, "suggestions": [], "is_sure": False} for text, to in mapped.items()
    ]
    rows += [_row(item) for item in [*offer.get("unknown", ()), *others] if item["value"] not in mapped]
    names_the_row = name == NAMING.get(job.kind)
    kind = spec.to or (job.kind if names_the_row else "")
    choices = [(value, label_of_choice(job.kind, name, value)) for value in spec.values or ()] or (
        _known(kind, viewer) if spec.to or kind in TO_MAKE else _offered(rows)
    )
    decisions = _decisions(kind, viewer) if spec.to and kind != "stages" else []
    column = next((header for header, field in job.mapping.items() if field == name), "")
    decision = offer.get("decision") or (unknown_rule(job.kind, name, job.options, column) if decisions else "")
    beyond = offer.get("total", 0) - len(offer.get("unknown", ()))
    return FieldValues(name, str(spec.label), rows, choices, str(decision), decisions, names_the_row, max(beyond, 0))


def _offered(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Names to choose from where all known ones would be too many, or say too little: those that were offered or chosen."""
    names = [name for row in rows for name in (row["to"], *(one["value"] for one in row["suggestions"])) if name]
    return [(name, name) for name in dict.fromkeys(names)]


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    suggestions = item.get("suggestions", [])
    sure = next((one["value"] for one in suggestions if one["sure"]), "")
    means = item.get("means", "")
    return {
        "from": item["value"], "to": means or sure, "count": item["count"], "suggestions": suggestions, "is_sure": bool(sure),
        "is_recognised": bool(means),
    }  # fmt: skip


def _decisions(kind: str, viewer: Member) -> list[tuple[str, str]]:
    may_make = kind in TO_MAKE and may_import(viewer, kind)
    return [(key, str(words)) for key, words in DECISIONS.items() if key != "create" or may_make]


def _known(kind: str, viewer: Member) -> list[tuple[str, str]]:
    """The first names that a text may be mapped to."""
    if kind == "stages":
        stages = Stage.objects.order_by("position").values_list("name", flat=True)
        return [(name, name) for name in stages] if may(viewer, "stage.read") else []
    model: Any = MODELS[kind]
    called = NAMED_BY[kind][0]
    names = model.objects.visible_to(viewer).exclude(**{called: ""}).order_by(called).values_list(called, flat=True)
    return [(name, name) for name in names[:_KNOWN] if name]
