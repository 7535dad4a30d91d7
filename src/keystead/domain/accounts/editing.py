"""Making, changing and deleting accounts, their teams and their contacts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from keystead.base.turns import LINKS, REPORTING, be_alone, take_turns
from keystead.data.accounts.models import Account, AccountTeamMember, Contact
from keystead.data.deals.models import Deal, Order
from keystead.data.permissions import Reach, reach
from keystead.data.workspace.models import Member
from keystead.domain.accounts.tree import AccountCycle, lock_tree, refresh_lineage, refuse_cycle
from keystead.domain.plans.holding import hold_plans_of, hold_plans_that_name
from keystead.domain.plans.linking import relink
from keystead.domain.workspace.permissions import NotAllowed, require
from keystead.domain.writing import FieldError, Invalid, hold, write


def create_account(*, viewer: Member, fields: Mapping[str, Any]) -> Account:
    """A new account; an account manager who names no owner becomes it (otherwise she could not see what she made).

    Raises `NotAllowed`, `Invalid`. Its lineage is computed; no link can change yet, since no deal names it.
    """
    require(viewer, "account.create")
    values = dict(fields)
    if reach(viewer, "account.create") is not Reach.ALL:
        values["owner"] = values.get("owner") or viewer
    with transaction.atomic():
        if values.get("parent"):
            lock_tree()  # somebody may be moving it
        account = write(Account(), values)
        refresh_lineage([account.pk])
        account.refresh_from_db(fields=["lineage"])
    return account


def change_account(*, account: Account, viewer: Member, fields: Mapping[str, Any], seen: int | None = None) -> Account:
    """Changes fields of an account. A new parent moves its whole subtree: lineages and links of everything below follow.

    Raises `NotAllowed`, `Invalid` (code account_cycle names the path), `Stale`.
    """
    require(viewer, "account.edit", account)
    with transaction.atomic():
        moves = "parent" in fields and _may_move(account, fields["parent"])
        if moves:
            _refuse_cycle(account, fields["parent"], viewer)
        account = write(account, fields, seen=seen)
        if moves:
            refresh_lineage([account.pk])
            relink(accounts=[account.pk])
            account.refresh_from_db(fields=["lineage"])
    return account


def _may_move(account: Account, parent: Account | None) -> bool:
    """Whether it stands elsewhere now, where nobody moves it until the transaction ends; alone then with what decides links."""
    if _stands_elsewhere(account, parent):
        be_alone(LINKS, first=lock_tree)
    else:
        lock_tree()
    moves = _stands_elsewhere(account, parent)
    if moves:
        be_alone(LINKS)  # somebody has moved it at this very moment
    return moves


def _stands_elsewhere(account: Account, parent: Account | None) -> bool:
    now = Account.objects.filter(pk=account.pk).values_list("parent", flat=True).first()
    return now != (parent.pk if parent else None)


def _refuse_cycle(account: Account, parent: Account | None, viewer: Member) -> None:
    try:
        refuse_cycle(account=account, parent=parent, viewer=viewer)
    except AccountCycle as cycle:
        message = _("An account cannot stand below itself: %(path)s.") % {"path": " > ".join(cycle.path)}
        raise Invalid([FieldError("parent", cycle.code, message)]) from cycle


def delete_account(*, account: Account, viewer: Member, seen: int | None = None) -> None:
    """Deletes an account with its plans and contacts. Its deals and orders stay, unlinked, and its children move to the top."""
    require(viewer, "account.delete", account)
    with transaction.atomic():
        be_alone(LINKS, first=lock_tree)
        hold(account, seen)
        hold_plans_of(account)
        children = list(account.children.values_list("pk", flat=True))
        deals = list(Deal.objects.filter(account__lineage__contains=[account.pk]).values_list("pk", flat=True))
        orders = list(Order.objects.filter(account__lineage__contains=[account.pk]).values_list("pk", flat=True))
        account.delete()
        refresh_lineage(children)
        relink(deals=deals, orders=orders)


def join_team(*, account: Account, member: Member, viewer: Member, function: str = "") -> AccountTeamMember:
    """Puts a colleague on the account's team: she sees the account from now on. Again: changes the function. Raises `Gone`."""
    require(viewer, "account.edit", account)
    with transaction.atomic():
        hold(account)  # its team may just come from an account that is merged with it, or somebody else adds her as well
        found = AccountTeamMember.objects.filter(account=account, member=member).first()
        return write(found or AccountTeamMember(account=account, member=member), {"function": function})


def leave_team(*, account: Account, member: Member, viewer: Member) -> None:
    require(viewer, "account.edit", account)
    AccountTeamMember.objects.filter(account=account, member=member).delete()


def create_contact(*, viewer: Member, fields: Mapping[str, Any]) -> Contact:
    """A new contact; at an account that the viewer may change. Raises `NotAllowed`, `Invalid`."""
    require(viewer, "contact.create")
    _require_account(viewer, "contact.create", fields.get("account"))
    return write(Contact(), _contact(Contact(), fields, viewer))


def change_contact(*, contact: Contact, viewer: Member, fields: Mapping[str, Any], seen: int | None = None) -> Contact:
    require(viewer, "contact.edit", contact)
    if fields.get("account"):
        _require_account(viewer, "contact.edit", fields["account"])
    with transaction.atomic():
        if fields.get("reports_to"):
            take_turns(REPORTING)
        return write(contact, _contact(contact, fields, viewer), seen=seen)


def delete_contact(*, contact: Contact, viewer: Member, seen: int | None = None) -> None:
    require(viewer, "contact.delete", contact)
    with transaction.atomic():
        hold_plans_that_name(contact)
        hold(contact, seen).delete()


def _contact(contact: Contact, fields: Mapping[str, Any], viewer: Member) -> Mapping[str, Any]:
    """A contact has a name or an address, and nobody reports to herself, through however many people (unseen ones unnamed)."""
    names = [fields.get(name, getattr(contact, name)) for name in ("first_name", "last_name", "email")]
    if not any(names):
        raise Invalid.one("last_name", "required", _("A contact needs a name or an e-mail address."))
    path, seen = [contact], {contact.pk}
    wanted = fields.get("reports_to")
    above = _contact_now(wanted.pk) if wanted else None
    while above is not None:
        path.append(above)
        if above.pk in seen:
            named = set(Contact.objects.visible_to(viewer).filter(pk__in=seen).values_list("pk", flat=True))
            names = [str(each) if each.pk in named else "…" for each in path]
            message = _("Nobody can report to herself: %(path)s.") % {"path": " > ".join(names)}
            raise Invalid.one("reports_to", "contact_cycle", message)
        seen.add(above.pk)
        above = _contact_now(above.reports_to_id) if above.reports_to_id else None
    return fields


def _contact_now(key: UUID) -> Contact | None:
    """As she stands in the database: what was read before one's turn came may be out of date."""
    return Contact.objects.filter(pk=key).first()


def _require_account(viewer: Member, action: str, account: Account | None) -> None:
    """Whoever does not reach every account must name one within reach; an unseen one does not exist for her."""
    if reach(viewer, action) is Reach.ALL:
        return
    if account is None or not Account.objects.visible_to(viewer).filter(pk=account.pk).exists():
        raise NotAllowed(action)
