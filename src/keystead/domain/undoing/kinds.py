"""What can be taken back: every table with history, parents before what hangs on them, and which right writes each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import models

from keystead.data.models import (
    Account,
    AccountKey,
    AccountTeamMember,
    Action,
    Contact,
    ContactKey,
    Deal,
    DealStageChange,
    DistinctAccounts,
    DistinctContacts,
    Measure,
    MeasureReading,
    Member,
    Objective,
    Order,
    Plan,
    PlanApproval,
    PlanRate,
    PlanSnapshot,
    Product,
    Rate,
    SavedView,
    Stage,
    SwotItem,
    Workspace,
)

_UNCOMPARED = {"id", "workspace_id", "created_at"}


@dataclass(frozen=True)
class Kind:
    """`edit` and `delete` are actions of the permission table ("": whoever may write what it hangs on may write it).

    `loose` columns close up by themselves, so that somebody else's move is no obstacle. `derived` columns follow from others by
    rule: what a row starts with that is made again. `follows`: it never keeps what it hangs on from being deleted.
    """

    model: Any
    edit: str = ""
    delete: str = ""
    title: str = ""
    loose: frozenset[str] = frozenset()
    derived: Mapping[str, str] = field(default_factory=dict)
    follows: bool = False

    @property
    def name(self) -> str:
        return str(self.model.__name__)

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @cached_property
    def events(self) -> str:
        return str(self.history._meta.db_table)

    @cached_property
    def history(self) -> Any:
        return apps.get_model("keystead", f"{self.name}Event")

    @cached_property
    def columns(self) -> list[str]:
        """The columns that history keeps."""
        own = {each.column for each in self.model._meta.concrete_fields}
        kept = [each.column for each in self.history._meta.concrete_fields if not each.name.startswith("pgh_")]
        return [column for column in kept if column in own]

    @cached_property
    def compared(self) -> list[str]:
        return [column for column in self.columns if column not in _UNCOMPARED]

    @cached_property
    def has_version(self) -> bool:
        return any(each.column == "version" for each in self.model._meta.concrete_fields)

    def field_of(self, column: str) -> models.Field:
        """The model's field of a column, with its name for people."""
        found: models.Field = next(each for each in self.model._meta.concrete_fields if each.column == column)
        return found


_UNLINKED = {"unlinked_reason": "''"}
_ITEM = ("plan.contribute", "plan.contribute")

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(Workspace, "workspace.edit", title="name"),
        Kind(Member, "member.edit", "member.edit", "name"),
        Kind(SavedView, "view.own", "view.own", "name", follows=True),
        Kind(Stage, "stage.edit", "stage.edit", "name", loose=frozenset({"position"})),
        Kind(Product, "product.edit", "product.edit", "name"),
        Kind(Rate, "rate.edit", "rate.edit"),
        Kind(Account, "account.edit", "account.delete", "name", derived={"lineage": "'{}'::uuid[]"}),
        Kind(AccountTeamMember, "account.edit", "account.edit"),
        Kind(Contact, "contact.edit", "contact.delete"),
        Kind(AccountKey, "account.edit", "account.edit", follows=True),
        Kind(ContactKey, "contact.edit", "contact.edit", follows=True),
        Kind(DistinctAccounts, "account.edit", "account.edit", follows=True),
        Kind(DistinctContacts, "contact.edit", "contact.edit", follows=True),
        Kind(Deal, "deal.edit", "deal.delete", "name", derived=_UNLINKED),
        Kind(DealStageChange, follows=True),
        Kind(Order, "order.edit", "order.delete", "number", derived=_UNLINKED),
        Kind(Plan, "plan.edit", "plan.delete", "name"),
        Kind(PlanApproval),
        Kind(PlanRate, follows=True),
        Kind(PlanSnapshot, follows=True),
        Kind(Objective, *_ITEM, "title", loose=frozenset({"rank"})),
        Kind(Measure, *_ITEM, "name"),
        Kind(MeasureReading, *_ITEM),
        Kind(Action, *_ITEM, "title"),
        Kind(SwotItem, *_ITEM, "text"),
    )
}
