"""The two sides of a pair of likely duplicates: what tells them apart, and which of them is offered to be kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keystead.data.accounts.models import Account, Contact
from keystead.data.deals.models import Deal
from keystead.data.permissions import editable
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member
from keystead.domain.find.duplicates import Pair
from keystead.domain.find.kept_duplicates import about_accounts_of
from keystead.web.plans.words import count_text

REASONS = {
    "name": gettext_lazy("same name"), "legal_form": gettext_lazy("same name, another legal form"),
    "alike": gettext_lazy("names are alike"), "site": gettext_lazy("same site"), "email": gettext_lazy("same e-mail address"),
    "phone": gettext_lazy("same telephone"), "same_account": gettext_lazy("same account"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """`facts` are (what, value, whether the other has another one); `weight`: how much hangs on it."""

    key: UUID
    version: int
    name: str
    url: str
    facts: tuple[tuple[str, str, bool], ...]
    hangs: str
    created_at: datetime
    weight: int
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    first: Side
    second: Side
    likeness: float
    reasons: tuple[str, ...]
    may_merge: bool

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.first, self.second


def shown(kind: str, pairs: Sequence[Pair], viewer: Member) -> list[Shown]:
    """In a few queries, however many pairs."""
    keys = {key for pair in pairs for key in (pair.first, pair.second)}
    model: Any = Account if kind == "account" else Contact
    related = ("owner",) if kind == "account" else ("account",)
    records = model.objects.filter(pk__in=keys)
    with about_accounts_of(kind, records, viewer):
        rows = {row.pk: row for row in records.visible_to(viewer).select_related(*related)}
        can = set(editable(records, viewer, f"{kind}.edit").values_list("pk", flat=True))
        hangs = _at_accounts(keys, viewer) if kind == "account" else {}
    if kind == "contact":  # whoever reports to her may be at another account
        hangs = _at_contacts(keys, viewer)
    facts = {key: (_account_facts if kind == "account" else _contact_facts)(row) for key, row in rows.items()}
    slug = viewer.workspace.slug
    found = []
    for pair in pairs:
        if pair.first not in rows or pair.second not in rows:
            continue
        first, second = ((rows[key], facts[key], hangs[key]) for key in (pair.first, pair.second))
        keeps_first = (first[2][1], -first[0].created_at.timestamp()) >= (second[2][1], -second[0].created_at.timestamp())
        found.append(Shown(
            _side(kind, slug, first, second[1], keeps_first), _side(kind, slug, second, first[1], not keeps_first),
            pair.likeness, tuple(str(REASONS[reason]) for reason in pair.reasons), {pair.first, pair.second} <= can,
        ))  # fmt: skip
    return found


def _side(kind: str, slug: str, own: tuple[Any, ...], other: dict[str, str], is_kept: bool) -> Side:
    row, facts, (hangs, weight) = own
    name = "accounts:detail" if kind == "account" else "accounts:contact_alone"
    told = tuple((label, value, bool(other.get(label)) and other[label] != value) for label, value in facts.items() if value)
    url = reverse(name, args=[slug, row.pk])
    return Side(row.pk, row.version, str(row), url, told, hangs, row.created_at, weight, is_kept)


def _account_facts(row: Account) -> dict[str, str]:
    return {
        _("Website"): (row.website or "").removeprefix("https://").removeprefix("http://"),
        _("Country"): row.country, _("Industry"): row.industry,
        _("Owner"): row.owner.name if row.owner else "", _("Key in the source system"): row.external_id or "",
    }  # fmt: skip


def _contact_facts(row: Contact) -> dict[str, str]:
    return {
        _("Account"): row.account.name if row.account else "", _("Position"): row.title, _("E-mail"): row.email,
        _("Phone"): row.phone, _("Key in the source system"): row.external_id or "",
    }  # fmt: skip


def _at_accounts(keys: set[UUID], viewer: Member) -> dict[UUID, tuple[str, int]]:
    """What hangs on each account, as far as the viewer may see it, in words and counted."""
    counts: dict[UUID, list[int]] = {key: [0, 0, 0] for key in keys}
    models: tuple[Any, ...] = (Deal, Plan, Contact)
    for place, model in enumerate(models):
        rows = model.objects.visible_to(viewer).filter(account__in=keys).order_by()
        for key, count in rows.values_list("account").annotate(Count("pk")):
            counts[key][place] = count
    return {key: (_hanging(*found), sum(found)) for key, found in counts.items()}


def _hanging(deals: int, plans: int, contacts: int) -> str:
    return " · ".join((
        ngettext("%(shown)s deal", "%(shown)s deals", deals) % {"shown": count_text(deals)},
        ngettext("%(shown)s plan", "%(shown)s plans", plans) % {"shown": count_text(plans)},
        ngettext("%(shown)s contact", "%(shown)s contacts", contacts) % {"shown": count_text(contacts)},
    ))  # fmt: skip


def _at_contacts(keys: set[UUID], viewer: Member) -> dict[UUID, tuple[str, int]]:
    rows = Contact.objects.visible_to(viewer).filter(reports_to__in=keys).order_by()
    counts: dict[Any, int] = dict(rows.values_list("reports_to").annotate(Count("pk")))
    return {key: ("", counts.get(key, 0)) for key in keys}
