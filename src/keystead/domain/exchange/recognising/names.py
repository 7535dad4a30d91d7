"""From the text that names another record to that record: by id, external id, e-mail or folded name.

Known names are loaded once per file; a text that names nothing is decided by `unknown` ("reject", "create", "empty"), counted,
and offered with what it may have meant. A text that names two records is never guessed.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from keystead.base.ids import uuid7
from keystead.base.words import fold
from keystead.data.models import Member, Stage
from keystead.domain.accounts.merged_keys import merged_keys
from keystead.domain.exchange.fields import header_key
from keystead.domain.exchange.problems.codes import BadValue
from keystead.domain.exchange.recognising.stages import status_of_stage
from keystead.domain.exchange.recognising.values import KnownValues
from keystead.domain.exchange.tables import MODELS, NAMED_BY
from keystead.domain.workspace.permissions import may

# What happens to a name nobody knows, unless the person says otherwise. Lines above (a product line, a manager, a parent) are
# made of the name alone; a deal's account or product more likely is a spelling.
DEFAULT_UNKNOWN = {
    ("products", "parent"): "create", ("members", "manager"): "create", ("accounts", "parent"): "create",
    ("deals", "stage"): "create",
}  # fmt: skip
# What can be made beside the rows, and the right to make it.
TO_MAKE = {"accounts": "account.create", "products": "product.edit", "members": "member.edit", "stages": "stage.edit"}
UNKNOWN_CODES = {
    "accounts": "unknown_account", "products": "unknown_product", "members": "unknown_member", "contacts": "unknown_contact",
    "stages": "unknown_stage",
}  # fmt: skip


@dataclass
class Names:
    """The records of one kind by every text that may name them. A text of two records maps to None."""

    kind: str
    by_text: dict[str, UUID | None] = field(default_factory=dict)
    shown: dict[UUID, str] = field(default_factory=dict)

    def add(self, pk: UUID, name: str, *texts: str | None) -> None:
        self.shown[pk] = name
        for text in (str(pk), name, *texts):
            if text:
                known = self.by_text.setdefault(fold(text), pk)
                if known != pk:
                    self.by_text[fold(text)] = None

    def add_merged(self, keys: Iterable[tuple[str, UUID]]) -> None:
        """What a record was called by before a merge names it where it names nothing else."""
        own = set(self.by_text)
        for key, pk in keys:
            text = fold(key)
            if text not in own:
                self.by_text[text] = pk if self.by_text.get(text, pk) == pk else None

    def known(self) -> KnownValues:
        return KnownValues(self.shown.values())


def load_names(kind: str, viewer: Member) -> Names:
    """The records of a kind that the viewer may see."""
    names = Names(kind)
    model = MODELS[kind]
    columns = ("pk", "external_id", *NAMED_BY[kind])
    rows: Iterable[tuple[Any, ...]] = model.objects.visible_to(viewer).values_list(*columns)
    for pk, external_id, *texts in rows:
        names.add(pk, texts[0] or "", external_id, *texts[1:])
    names.add_merged(merged_keys(model, viewer))
    return names


@dataclass
class Resolver:
    """Resolves the texts of one reference field. `made` are the records to be created with the ids they will have."""

    field: str
    names: Names
    unknown: str
    made: dict[str, tuple[UUID, str]] = dataclasses.field(default_factory=dict)
    missing: Counter[str] = dataclasses.field(default_factory=Counter)

    def __call__(self, text: str) -> UUID | None:
        """The id; None for a name that is to be left empty. Raises BadValue unknown_… or ambiguous_reference."""
        key = fold(text)
        if key in self.names.by_text:
            found = self.names.by_text[key]
            if found is None:
                raise BadValue("ambiguous_reference", text)
            return found
        self.missing[text] += 1
        if self.unknown == "create":
            return self.made.setdefault(key, (uuid7(), text.strip()))[0]
        if self.unknown == "empty":
            return None
        raise BadValue(UNKNOWN_CODES[self.names.kind], text)

    def offers(self) -> list[dict[str, Any]]:
        """[{value, count, decision, suggestions: [{value, likeness, sure}]}] of the unknown texts, the most frequent first."""
        if not self.missing:
            return []
        known = self.names.known()
        return [
            {
                "value": text, "count": count, "decision": self.unknown,
                "suggestions": [{"value": o.value, "likeness": o.likeness, "sure": o.sure} for o in known.offer(text, 3)],
            }
            for text, count in self.missing.most_common(200)
        ]  # fmt: skip


@dataclass
class Stages:
    """The workspace's stages by folded name. A new one is won or lost when its name says so, and open otherwise; where one stage
    is for won deals, or for lost ones, another name for it ("Closed Won") means that one. Who `may_make` none has the rows of a
    new one refused, rather than the whole file once it is written."""

    by_name: dict[str, Stage] = field(default_factory=dict)
    may_make: bool = True
    made: dict[str, Stage] = field(default_factory=dict)
    missing: Counter[str] = field(default_factory=Counter)
    recognised: dict[str, Stage] = field(default_factory=dict)

    @classmethod
    def load(cls, viewer: Member) -> "Stages":
        return cls({fold(stage.name): stage for stage in Stage.objects.all()}, may(viewer, "stage.edit"))

    def __call__(self, text: str) -> Stage:
        """The stage of that name. Raises BadValue unknown_stage."""
        key = fold(text)
        if (found := self.by_name.get(key)) is not None:
            return found
        self.missing[text.strip()] += 1
        if (made := self.made.get(key)) is not None:
            return made
        status = status_of_stage(text) or "open"
        if status != "open" and (same := self.only_one(status)) is not None:
            return self.recognised.setdefault(text.strip(), same)
        if not self.may_make:
            raise BadValue("unknown_stage", text)
        probability = {"won": 100, "lost": 0}.get(status, 50)
        position = len(self.by_name) + len(self.made)
        return self.made.setdefault(
            key, Stage(id=uuid7(), name=text.strip()[:100], status=status, probability=probability, position=position)
        )

    def only_one(self, status: str) -> Stage | None:
        """The stage of that status, unless there are several: which of them is meant is for a person to say."""
        found = [stage for stage in (*self.by_name.values(), *self.made.values()) if stage.status == status]
        return found[0] if len(found) == 1 else None

    @property
    def unknown(self) -> str:
        """What is decided of a name nobody knows, as of a resolver."""
        return "create" if self.may_make else "reject"

    def total(self) -> int:
        """How many different names nobody knows, leaving out those that were recognised."""
        return len(self.missing.keys() - self.recognised.keys())

    def offers(self) -> list[dict[str, Any]]:
        """As of a resolver; `means` names the stage that a recognised name stands for."""
        return [
            {"value": text, "count": count, "suggestions": [], **self._decided(text)}
            for text, count in self.missing.most_common(200)
        ]

    def _decided(self, text: str) -> dict[str, str]:
        stage = self.recognised.get(text)
        return {"decision": "recognised", "means": stage.name} if stage else {"decision": self.unknown}


def unknown_rule(kind: str, name: str, options: Mapping[str, Any], column: str) -> str:
    """What to do with a name nobody knows: the person's choice for the field, else the default of the field.

    A column of ids names nothing by itself: "0015500000Xyy" is never made a record that is called so, unless somebody says it.
    """
    chosen = (options.get("unknown") or {}).get(name)
    usual = "reject" if is_of_ids(column) else DEFAULT_UNKNOWN.get((kind, name), "reject")
    return str(chosen or usual)


def is_of_ids(column: str) -> bool:
    """Whether the header of a column says that it holds ids: "parent_id", "ManagerId", "ID da conta"."""
    words = header_key(column).split()
    return len(words) > 1 and bool({"id", "ids", "uuid", "guid"}.intersection((words[0], words[-1])))
