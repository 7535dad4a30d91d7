"""The kinds of records that can be found, and what is shown of one beside its name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from keystead.data.accounts.models import Account, Contact
from keystead.data.deals.models import Deal
from keystead.data.exchange.models import Import, ImportKind, ImportState
from keystead.data.find.sources import SOURCES
from keystead.data.plans.items import Action, Objective
from keystead.data.plans.models import Plan, PlanStatus
from keystead.data.workspace.models import Member, Role
from keystead.domain.accounts.merged_keys import KEYS

Row = Mapping[str, Any]

# In the order in which equally good kinds are shown.
MODELS: dict[str, Any] = {
    "account": Account,
    "plan": Plan,
    "contact": Contact,
    "deal": Deal,
    "objective": Objective,
    "action": Action,
    "member": Member,
    "import": Import,
}
assert set(MODELS) == set(SOURCES)


@dataclass(frozen=True, slots=True)
class Kind:
    """`columns` are read of each row; `about` makes the second line of it, of visible things alone.

    `account` and `under` name the columns with the account and with the plan that it belongs to; `more` is also found by.
    """

    columns: tuple[str, ...]
    name: Callable[[Row], str]
    about: Callable[[Row], tuple[str, ...]]
    more: Callable[[Row], str] = lambda _row: ""
    account: str = ""
    under: str = ""


def _titled(row: Row) -> str:
    return str(row["title"])


def _named(row: Row) -> str:
    return str(row["name"])


def _full_name(row: Row) -> str:
    return f"{row['first_name']} {row['last_name']}".strip() or str(row["email"])


def _owner(row: Row) -> str:
    return str(row["owner__name"] or "")


KINDS: dict[str, Kind] = {
    "account": Kind(
        ("name", "website", "external_id", "industry", "country", "owner__name"), _named,
        lambda row: (row["industry"], row["country"], _owner(row)), lambda row: row["website"], account="pk",
    ),
    "plan": Kind(
        ("name", "external_id", "status", "account_id", "owner__name"), _named,
        lambda row: (str(PlanStatus(row["status"]).label), _owner(row)), account="account_id",
    ),
    "contact": Kind(
        ("first_name", "last_name", "email", "title", "external_id", "account_id"), _full_name,
        lambda row: (row["title"],), lambda row: row["email"], account="account_id",
    ),
    "deal": Kind(
        ("name", "external_id", "account_id", "stage__name", "owner__name"), _named,
        lambda row: (row["stage__name"] or "", _owner(row)), account="account_id",
    ),
    "objective": Kind(("title", "plan_id", "plan__name", "plan__account_id"), _titled,
                      lambda row: (row["plan__name"],), account="plan__account_id", under="plan_id"),
    "action": Kind(("title", "plan_id", "plan__name", "plan__account_id", "owner__name"), _titled,
                   lambda row: (row["plan__name"], _owner(row)), account="plan__account_id", under="plan_id"),
    "member": Kind(("name", "email", "external_id", "role"), _named,
                   lambda row: (str(Role(row["role"]).label), row["email"] or ""), lambda row: row["email"] or ""),
    "import": Kind(("filename", "kind", "state"), lambda row: row["filename"],
                   lambda row: (str(ImportKind(row["kind"]).label), str(ImportState(row["state"]).label))),
}  # fmt: skip


def visible_keys(kind: str, keys: Iterable[UUID], viewer: Member) -> list[UUID]:
    return list(MODELS[kind].objects.visible_to(viewer).filter(pk__in=keys).order_by().values_list("pk", flat=True))


def read_rows(kind: str, visible: Iterable[UUID]) -> list[Row]:
    """Rows whose keys have been through the permission table (candidates.py, `visible_keys`).

    `merged` holds the keys of the records that were merged into one of a kind that can be.
    """
    found = MODELS[kind].objects.filter(pk__in=visible).order_by()
    if keys := KEYS.get(MODELS[kind]):
        found = found.annotate(merged=ArraySubquery(keys.objects.filter(record=OuterRef("pk")).order_by().values("key")))
    more = ["merged"] if keys else []
    rows: list[Row] = list(found.values("pk", *KINDS[kind].columns, *more))
    return rows
