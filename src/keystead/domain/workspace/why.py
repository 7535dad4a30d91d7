"""Why a viewer may do something, or may not: the permission table in sentences."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from keystead.data.accounts.models import Account, AccountTeamMember
from keystead.data.permissions import READ_ACTION, Reach, people, reach
from keystead.data.workspace.models import Member

_STEPS = ("account", "plan", "deal", "objective", "measure")  # the nearest first: the way from a row to its account
_PLAN_STEPS = ("plan", "objective", "measure")


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of the answer. `code` is stable; `text` is a whole sentence in the reader's language, made when it is shown."""

    code: str
    text: Any
    params: tuple[tuple[str, str], ...] = ()
    path: tuple[str, ...] = ()  # the chain of managers, from whose it is up to whom it is about

    def __str__(self) -> str:
        return str(self.text) % dict(self.params)


@dataclass(frozen=True, slots=True)
class Why:
    is_allowed: bool
    reasons: list[Reason]


_TEXTS = {
    "everything": _("Your role, %(role)s, reaches everything in this workspace."),
    "self": _("It is yours."),
    "account_owner": _("You own the account %(account)s."),
    "account_team": _("You are on the team of the account %(account)s."),
    "report_owns": _("%(name)s, who reports to you, owns the account %(account)s."),
    "report_team": _("%(name)s, who reports to you, is on the team of the account %(account)s."),
    "owner": _("You own it."),
    "report_owner": _("%(name)s, who reports to you, owns it."),
    "inactive": _("You are no longer active in this workspace."),
    "role": _("Your role, %(role)s, does not include this."),
    "out_of_reach": _("It belongs to an account that neither you nor anybody who reports to you owns or works for."),
}


_OTHERS_TEXTS = {
    "everything": _("The role of %(who)s, %(role)s, reaches everything in this workspace."),
    "self": _("It is %(who)s's own."),
    "account_owner": _("%(who)s owns the account %(account)s."),
    "account_team": _("%(who)s is on the team of the account %(account)s."),
    "report_owns": _("%(name)s, who reports to %(who)s, owns the account %(account)s."),
    "report_team": _("%(name)s, who reports to %(who)s, is on the team of the account %(account)s."),
    "owner": _("%(who)s owns it."),
    "report_owner": _("%(name)s, who reports to %(who)s, owns it."),
    "inactive": _("%(who)s is no longer active in this workspace."),
    "role": _("The role of %(who)s, %(role)s, does not include this."),
    "out_of_reach": _("It belongs to an account that neither %(who)s nor anybody below %(who)s owns or works for."),
}


def why(viewer: Member, action: str, obj: Model | None = None, *, reader: Member | None = None) -> Why:
    """Every reason for which the viewer may do this to this object, or the one for which she may not. A few queries.

    The sentences speak to the viewer; when somebody else reads them (`reader`), they speak about her.
    """
    found = _why(viewer, action, obj)
    if reader is None or reader.pk == viewer.pk:
        return found
    return Why(found.is_allowed, [_about(reason, viewer) for reason in found.reasons])


def why_not(viewer: Member, action: str, obj: Model | None = None) -> str:
    """The sentence for somebody who may not: the reason, or that it is beyond her where no one reason stands for all."""
    reasons = why(viewer, action, obj).reasons
    return str(reasons[0] if reasons else _("This is beyond what you may change."))


def _about(reason: Reason, viewer: Member) -> Reason:
    return replace(reason, text=_OTHERS_TEXTS[reason.code], params=(*reason.params, ("who", viewer.name)))


def _why(viewer: Member, action: str, obj: Model | None) -> Why:
    if not viewer.is_active:
        return Why(False, [_reason("inactive")])
    how_far = reach(viewer, action)
    role = str(viewer.get_role_display())
    if how_far is Reach.NONE:
        return Why(False, [_reason("role", role=role)])
    if how_far is Reach.ALL:
        return Why(True, [_reason("everything", role=role)])
    if obj is None:
        return Why(True, [])
    reasons = _self_reasons(viewer, obj) if how_far is Reach.SELF or type(obj).__name__ not in READ_ACTION else []
    reasons = reasons or _reach_reasons(viewer, how_far, obj)
    return Why(bool(reasons), reasons or [_reason("out_of_reach")])


def _reason(code: str, **params: str) -> Reason:
    return Reason(code, _TEXTS[code], tuple(params.items()))


def _chain(member: Member, viewer: Member) -> tuple[str, ...]:
    """The names from the member up to the viewer, along who reports to whom; a circle ends."""
    rows = Member.objects.values_list("pk", "name", "manager_id")
    people_ = {pk: (name, manager) for pk, name, manager in rows}
    names: list[str] = []
    at: Any = member.pk
    passed: set[Any] = set()
    while at in people_ and at not in passed:
        passed.add(at)
        names.append(people_[at][0])
        if at == viewer.pk:
            return tuple(names)
        at = people_[at][1]
    return ()


def _self_reasons(viewer: Member, obj: Model) -> list[Reason]:
    who = obj.pk if isinstance(obj, Member) else getattr(obj, "member_id", None) or getattr(obj, "by_id", None)
    return [_reason("self")] if who == viewer.pk else []


def _reach_reasons(viewer: Member, how_far: Reach, obj: Model) -> list[Reason]:
    if how_far < Reach.MINE:
        return []
    who = set(people(viewer, how_far))
    account = _account(obj)
    found = _account_reasons(viewer, who, account) if account else []
    owner = _owned(obj)
    if owner is not None and owner.pk in who:
        if owner.pk == viewer.pk:
            found.append(_reason("owner"))
        else:
            found.append(replace(_reason("report_owner", name=owner.name), path=_chain(owner, viewer)))
    return found


def _account(obj: Any) -> Account | None:
    if isinstance(obj, Account):
        return obj
    above = next((step for step in _STEPS if hasattr(obj, f"{step}_id")), None)
    return _account(getattr(obj, above)) if above and getattr(obj, f"{above}_id") else None


def _owned(obj: Any) -> Member | None:
    """Whose deal or plan it is: those reach beyond the account (permissions.py)."""
    kind = type(obj).__name__
    if kind in ("Deal", "Plan"):
        owner: Member | None = obj.owner
        return owner
    above = next((step for step in _PLAN_STEPS if hasattr(obj, f"{step}_id")), None)
    return _owned(getattr(obj, above)) if above else None


def _account_reasons(viewer: Member, who: set[Any], account: Account) -> list[Reason]:
    found = []
    if account.owner_id in who and account.owner is not None:
        found.append(_person(viewer, account.owner, account, "account_owner", "report_owns"))
    team = AccountTeamMember.objects.filter(account=account, member__in=who).select_related("member").order_by("member__name")
    found += [_person(viewer, row.member, account, "account_team", "report_team") for row in team]
    return found


def _person(viewer: Member, member: Member, account: Account, mine: str, theirs: str) -> Reason:
    if member.pk == viewer.pk:
        return _reason(mine, account=account.name)
    return replace(_reason(theirs, name=member.name, account=account.name), path=_chain(member, viewer))
