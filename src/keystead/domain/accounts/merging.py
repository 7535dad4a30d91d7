"""Two records that are one: keeping one of them, and saying of two that they are not the same."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from keystead.base.scope import current_scope, open_scope
from keystead.base.turns import LINKS, REPORTING, be_alone, take_turns
from keystead.data.accounts.distinct import DistinctAccounts, DistinctContacts
from keystead.data.accounts.models import Account, AccountTeamMember, Contact
from keystead.data.deals.models import Deal, Order
from keystead.data.plans.items import Objective
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member
from keystead.domain.accounts.merged_keys import keep_keys
from keystead.domain.accounts.tree import lock_tree, refresh_lineage
from keystead.domain.plans.holding import hold_plans_that_name
from keystead.domain.plans.linking import relink
from keystead.domain.undoing.changes import MERGING
from keystead.domain.workspace.permissions import require
from keystead.domain.writing import Invalid, hold, write

_ACCOUNT_FILLED = (
    "external_id", "industry", "country", "website", "employees", "status", "segment_current", "segment_target", "owner_id",
)  # fmt: skip
_CONTACT_FILLED = ("external_id", "first_name", "last_name", "email", "phone", "title", "account_id", "reports_to_id")


def merge_accounts(
    *, keep: Account, lose: Account, viewer: Member, seen: int | None = None, lose_seen: int | None = None
) -> Account:
    """Keeps one account and moves to it what the other has: accounts below, contacts, team, deals, orders, plans.

    Fields that are empty in the kept one are filled from the other, which is deleted then; files that name it by its key in the
    source system find the kept one. One transaction, one undo.
    Raises `NotAllowed` (the right to edit both), `Stale`, `Invalid` (plans would overlap; twice the same record).
    """
    require(viewer, "account.edit", keep)
    require(viewer, "account.edit", lose)
    _refuse_same(keep, lose)
    with _merging(), transaction.atomic():
        be_alone(LINKS, first=lock_tree)
        keep, lose = _hold_both((keep, seen), (lose, lose_seen))
        _refuse_overlap(keep, lose)
        place = _place_above(keep, lose, "parent_id")
        fields = _filled(keep, lose, _ACCOUNT_FILLED) | place
        fields |= {name: True for name in ("is_key",) if getattr(lose, name) and not getattr(keep, name)}
        Account.objects.filter(parent=lose).exclude(pk=keep.pk).update(parent=keep)
        for model in (Contact, Deal, Order, Plan):
            model._base_manager.filter(account=lose).update(account=keep)
        there = AccountTeamMember.objects.filter(account=keep).values("member")
        AccountTeamMember.objects.filter(account=lose).exclude(member__in=there).update(account=keep)
        _take_place(keep, lose, fields, "parent_id")
        refresh_lineage([keep.pk])
        relink(accounts=[keep.pk])
        keep.refresh_from_db()
    return keep


def merge_contacts(
    *, keep: Contact, lose: Contact, viewer: Member, seen: int | None = None, lose_seen: int | None = None
) -> Contact:
    """Keeps one contact: whoever reports to the other reports to her then, and objectives name her. As with accounts."""
    require(viewer, "contact.edit", keep)
    require(viewer, "contact.edit", lose)
    _refuse_same(keep, lose)
    with _merging(), transaction.atomic():
        take_turns(REPORTING)
        hold_plans_that_name(lose)
        keep, lose = _hold_both((keep, seen), (lose, lose_seen))
        fields = _filled(keep, lose, _CONTACT_FILLED)
        if _stands_below(lose, keep, "reports_to_id"):
            fields.pop("reports_to_id", None)
        fields |= _place_above(keep, lose, "reports_to_id")
        Contact.objects.filter(reports_to=lose).exclude(pk=keep.pk).update(reports_to=keep)
        Objective.objects.filter(stakeholder=lose).update(stakeholder=keep)
        _take_place(keep, lose, fields, "reports_to_id")
        keep.refresh_from_db()
    return keep


def tell_apart(*, first: Account | Contact, second: Account | Contact, viewer: Member) -> None:
    """Remembers that two records are not the same, for everybody. Again: nothing. Raises `NotAllowed`, `Invalid`."""
    _refuse_same(first, second)
    action = "account.edit" if isinstance(first, Account) else "contact.edit"
    require(viewer, action, first)
    require(viewer, action, second)
    one, other = sorted((first, second), key=lambda record: record.pk)
    model: Any = DistinctAccounts if isinstance(first, Account) else DistinctContacts
    if not model.objects.filter(first=one, second=other).exists():
        write(model(first=one, second=other), {})


def _merging() -> Any:
    """History keeps with each row that it was written by a merge."""
    scope = current_scope()
    return open_scope(
        workspace_id=scope.workspace_id, user_id=scope.user_id, actor={**scope.actor, "verb": MERGING}, page=scope.page
    )


def _refuse_same(one: Any, other: Any) -> None:
    if type(one) is not type(other) or one.pk == other.pk:
        raise Invalid.one("", "same_record", _("Choose two different records."))


def _hold_both[M: (Account, Contact)](keep: tuple[M, int | None], lose: tuple[M, int | None]) -> tuple[M, M]:
    """In the order of their keys, so that two merges of the same pair wait for each other rather than lock each other out."""
    held = {record.pk: hold(record, seen) for record, seen in sorted((keep, lose), key=lambda each: each[0].pk)}
    return held[keep[0].pk], held[lose[0].pk]


def _filled(keep: Any, lose: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(lose, name) for name in names if getattr(keep, name) in (None, "") and getattr(lose, name)}


def _place_above(keep: Any, lose: Any, above: str) -> dict[str, Any]:
    """Where the kept one stands below the other, it takes the other's place: else it would come to stand below itself."""
    return {above: getattr(lose, above)} if _stands_below(keep, lose, above) else {}


def _stands_below(one: Any, other: Any, above: str) -> bool:
    seen: set[UUID] = {one.pk}
    at = getattr(one, above)
    while at is not None and at not in seen:
        if at == other.pk:
            return True
        seen.add(at)
        at = type(one)._base_manager.filter(pk=at).values_list(above, flat=True).first()
    return False


def _take_place(keep: Any, lose: Any, fields: dict[str, Any], above: str) -> None:
    """Deletes the one first: its key in the source system is free for the other then."""
    if above in fields:
        type(keep)._base_manager.filter(pk=keep.pk).update(**{above: fields[above]})
    keep_keys(keep=keep, lose=lose)
    lose.delete()
    if fields:
        type(keep)._base_manager.filter(pk=keep.pk).update(**fields)


def _refuse_overlap(keep: Account, lose: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.name, o.name, p.start_date, p.end_date FROM keystead_plan p
            JOIN keystead_plan o ON o.account_id = %s AND o.team_key = p.team_key
              AND o.start_date <= p.end_date AND o.end_date >= p.start_date AND o.status <> 'archived'
            WHERE p.account_id = %s AND p.status <> 'archived' LIMIT 1
            """,
            [lose.pk, keep.pk],
        )
        found = cursor.fetchone()
    if found:
        told = {"one": found[0], "other": found[1], "start": date_format(found[2]), "end": date_format(found[3])}
        message = _("Both have a plan for the same time: “%(one)s” (%(start)s – %(end)s) and “%(other)s”. Archive one first.")
        raise Invalid.one("", "plans_overlap", message % told)
