"""Who may: the one permission table, action -> role -> how far.

Lists, details, search, totals, exports, mail, the API and jobs all read it: `visible()` turns the reach of a model's read action
into a filter, `reaches()` asks the same for one object. When something may be done (a plan's state, a closed period) is not here:
that is the verbs' business in the domain.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet

from keystead.data.workspace.models import Member, Role, Scope


class Reach(IntEnum):
    """How far a right goes. MINE: accounts I own or whose team I am on. REPORTS: the same for everybody who reports to me too."""

    NONE = 0
    SELF = 1
    MINE = 2
    REPORTS = 3
    ALL = 4


FEW_ACCOUNTS = 400  # with so many within reach at most, their keys are looked up for a request that only reads

_READ_FACTS = {
    Role.OWNER: Reach.ALL,
    Role.ADMIN: Reach.ALL,
    Role.MANAGER: Reach.REPORTS,
    Role.ACCOUNT_MANAGER: Reach.MINE,
    Role.CONTRIBUTOR: Reach.MINE,
    Role.VIEWER: Reach.ALL,
}
_WRITE_FACTS = {
    Role.OWNER: Reach.ALL,
    Role.ADMIN: Reach.ALL,
    Role.MANAGER: Reach.REPORTS,
    Role.ACCOUNT_MANAGER: Reach.MINE,
}
_CONTRIBUTE = _WRITE_FACTS | {Role.CONTRIBUTOR: Reach.MINE}
_APPROVE = {Role.OWNER: Reach.ALL, Role.ADMIN: Reach.ALL, Role.MANAGER: Reach.REPORTS}
_INSIDERS = {role: Reach.ALL for role in Role if role is not Role.GUEST}
_ADMINS = {Role.OWNER: Reach.ALL, Role.ADMIN: Reach.ALL}

TABLE: dict[str, dict[Any, Reach]] = {
    "account.read": _READ_FACTS,
    "account.create": _WRITE_FACTS,
    "account.edit": _WRITE_FACTS,
    "account.delete": _ADMINS,
    "contact.read": _READ_FACTS,
    "contact.create": _WRITE_FACTS,
    "contact.edit": _WRITE_FACTS,
    "contact.delete": _WRITE_FACTS,
    "deal.read": _READ_FACTS,
    "deal.create": _WRITE_FACTS,
    "deal.edit": _WRITE_FACTS,
    "deal.delete": _WRITE_FACTS,
    "order.read": _READ_FACTS,
    "order.create": _WRITE_FACTS,
    "order.edit": _WRITE_FACTS,
    "order.delete": _ADMINS,
    "plan.read": _READ_FACTS,
    "plan.create": _WRITE_FACTS,
    "plan.edit": _WRITE_FACTS,
    "plan.delete": _WRITE_FACTS,
    "plan.contribute": _CONTRIBUTE,
    "plan.approve": _APPROVE,
    "product.read": _INSIDERS,
    "product.edit": _ADMINS,
    "stage.read": _INSIDERS,
    "stage.edit": _ADMINS,
    "rate.read": _INSIDERS,
    "rate.edit": _ADMINS,
    "member.read": {**_INSIDERS, Role.GUEST: Reach.SELF},
    "member.edit": _ADMINS,
    "binding.release": _ADMINS,
    "import.read": {Role.OWNER: Reach.ALL, Role.ADMIN: Reach.ALL, Role.MANAGER: Reach.SELF, Role.ACCOUNT_MANAGER: Reach.SELF},
    "import.create": {Role.OWNER: Reach.ALL, Role.ADMIN: Reach.ALL, Role.MANAGER: Reach.SELF, Role.ACCOUNT_MANAGER: Reach.SELF},
    "view.read": dict.fromkeys(_INSIDERS, Reach.SELF),
    "view.own": dict.fromkeys(_INSIDERS, Reach.SELF),
    "view.share": {Role.OWNER: Reach.ALL, Role.ADMIN: Reach.ALL, Role.MANAGER: Reach.ALL},
    "workspace.edit": _ADMINS,
    "workspace.own": {Role.OWNER: Reach.ALL},
    "token.own": dict.fromkeys(Role, Reach.SELF),
    "audit.read": _ADMINS,
    "why.others": _ADMINS,
}

# What a token must be for, beside its member's role: reading is in every token, and what is named nowhere here is writing.
_ADMIN_ACTIONS = {
    "product.edit", "stage.edit", "rate.edit", "member.edit", "binding.release", "workspace.edit", "workspace.own", "token.own",
    "audit.read",
}  # fmt: skip


def scope_of(action: str) -> Scope:
    """The scope that a token needs for this action."""
    if action in _ADMIN_ACTIONS:
        return Scope.ADMIN
    if action.endswith(".read"):
        return Scope.READ
    return Scope.IMPORT if action.startswith("import.") else Scope.WRITE


def missing_scope(viewer: Member, action: str) -> Scope | None:
    """The scope that the viewer's token lacks for this; None for a person at a page, and when nothing is lacking."""
    scopes: frozenset[str] | None = getattr(viewer, "token_scopes", None)
    needed = scope_of(action)
    return None if scopes is None or needed is Scope.READ or needed in scopes else needed


# Every model that a page or the API may list: the action that reads it, and the path from it to the account that decides.
READ_ACTION = {
    "Account": "account.read",
    "AccountTeamMember": "account.read",
    "Contact": "contact.read",
    "AccountKey": "account.read",
    "ContactKey": "contact.read",
    "DistinctAccounts": "account.read",
    "DistinctContacts": "contact.read",
    "Product": "product.read",
    "Stage": "stage.read",
    "Deal": "deal.read",
    "DealStageChange": "deal.read",
    "Order": "order.read",
    "Member": "member.read",
    "Rate": "rate.read",
    "Plan": "plan.read",
    "PlanApproval": "plan.read",
    "PlanSnapshot": "plan.read",
    "Objective": "plan.read",
    "Measure": "plan.read",
    "MeasureReading": "plan.read",
    "Action": "plan.read",
    "SwotItem": "plan.read",
    "Import": "import.read",
    "SavedView": "view.read",
    "ApiToken": "token.own",
    "AuditEvent": "audit.read",
}
_TO_ACCOUNT = {
    "Account": "",
    "AccountTeamMember": "account__",
    "Contact": "account__",
    "AccountKey": "record__",
    "ContactKey": "record__account__",
    "DistinctAccounts": "first__",
    "DistinctContacts": "first__account__",
    "Deal": "account__",
    "DealStageChange": "deal__account__",
    "Order": "account__",
    "Plan": "account__",
    "PlanApproval": "plan__account__",
    "PlanSnapshot": "plan__account__",
    "Objective": "plan__account__",
    "Measure": "objective__plan__account__",
    "MeasureReading": "measure__objective__plan__account__",
    "Action": "plan__account__",
    "SwotItem": "plan__account__",
}
_SELF = {"Member": "id", "Import": "by_id", "SavedView": "owner_id", "ApiToken": "member_id"}


def reach(viewer: Member, action: str) -> Reach:
    """How far the viewer's right goes; an inactive member has none, nor has a token that is for something else."""
    if not viewer.is_active or missing_scope(viewer, action):
        return Reach.NONE
    return TABLE[action].get(viewer.role, Reach.NONE)


def people(viewer: Member, how_far: Reach) -> list[UUID]:
    """The members whose accounts the viewer reaches: herself, and with REPORTS everybody below her, however deep."""
    if how_far is not Reach.REPORTS:
        return [viewer.pk]
    cached: list[UUID] | None = getattr(viewer, "_people", None)
    if cached is None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                WITH RECURSIVE below AS (
                  SELECT id FROM keystead_member WHERE id = %(me)s
                  UNION  -- not UNION ALL: a circle of managers must end
                  SELECT m.id FROM keystead_member m JOIN below b ON m.manager_id = b.id
                ) SELECT id FROM below
                """,
                {"me": viewer.pk},
            )
            cached = [row[0] for row in cursor.fetchall()]
        viewer._people = cached  # type: ignore[attr-defined]
    return cached


def accounts_within(viewer: Member, how_far: Reach, among: Collection[UUID] | None = None) -> Any:
    """The keys of the accounts that are hers (and her people's), or that they work on, as a query; of those `among` these only.

    Two ways put together, each by its index: an "or" across both tables reads every account there is.
    """
    from keystead.data.accounts.models import Account, AccountTeamMember

    who = people(viewer, how_far)
    own, shared = Account.objects.filter(owner__in=who), AccountTeamMember.objects.filter(member__in=who)
    if among is not None:
        own, shared = own.filter(pk__in=among), shared.filter(account__in=among)
    return own.order_by().values_list("pk", flat=True).union(shared.order_by().values_list("account", flat=True))


def account_filter(viewer: Member, how_far: Reach, prefix: str = "") -> Q:
    """The accounts within reach, as a filter on a model that has the account at `prefix`."""
    if how_far is Reach.ALL:
        return Q()
    if how_far < Reach.MINE:
        return Q(pk__in=[])
    keys = known_accounts(viewer, how_far)
    mine = accounts_within(viewer, how_far) if keys is None else keys
    return Q(**{f"{prefix}in" if prefix else "pk__in": mine})


def only_reads(viewer: Member) -> None:
    """For a request that changes nothing: what is within her reach stays as it is, and is looked up once for all it asks."""
    if not hasattr(viewer, "_reached"):
        viewer._reached = {}  # type: ignore[attr-defined]


def known_accounts(viewer: Member, how_far: Reach) -> Any:
    """The keys of the accounts within reach where the viewer only reads and they are few; None otherwise.

    With the keys themselves the database knows how few rows they lead to, and goes to these instead of through all there are.
    """
    reached: dict[Reach, Any] | None = getattr(viewer, "_reached", None)
    if reached is None:
        return None
    if how_far not in reached:
        keys = list(accounts_within(viewer, how_far)[: FEW_ACCOUNTS + 1])
        # Of no keys Django makes no query, which those who write SQL around it do not expect.
        reached[how_far] = keys if 0 < len(keys) <= FEW_ACCOUNTS else None
    return reached[how_far]


@contextmanager
def accounts_called(viewer: Member, how_far: Reach, name: Any) -> Iterator[None]:
    """For a while, a viewer who only reads has her accounts by this expression: a query that names them once and asks often."""
    reached: dict[Reach, Any] = viewer._reached  # type: ignore[attr-defined]
    before = known_accounts(viewer, how_far)
    reached[how_far] = name
    try:
        yield
    finally:
        reached[how_far] = before


@contextmanager
def only_about(viewer: Member, action: str, accounts: Iterable[UUID | None]) -> Iterator[None]:
    """For a while, a viewer who only reads is asked about these accounts alone: which of a few are within her reach, instead of
    all that are. What hangs on any other account is not seen inside."""
    how_far = reach(viewer, action)
    reads = getattr(viewer, "_reached", None) is not None
    if not reads or how_far not in (Reach.MINE, Reach.REPORTS) or known_accounts(viewer, how_far) is not None:
        yield
        return
    with accounts_called(viewer, how_far, list(accounts_within(viewer, how_far, [key for key in accounts if key]))):
        yield


def _filter(model: str, viewer: Member, how_far: Reach) -> Q:
    if how_far is Reach.ALL:
        return Q()
    if how_far is Reach.NONE:
        return Q(pk__in=[])
    if model in _SELF:
        return Q(**{_SELF[model]: viewer.pk})
    prefix = _TO_ACCOUNT.get(model)
    if prefix is None or how_far is Reach.SELF:
        return Q(pk__in=[])
    allowed = account_filter(viewer, how_far, prefix)
    if model in ("Deal", "Plan"):  # these are also their owner's, whoever owns the account (or if nobody does)
        allowed |= Q(owner__in=people(viewer, how_far))
    elif prefix.startswith("plan__"):
        allowed |= Q(plan__owner__in=people(viewer, how_far))
    elif model == "Measure":
        allowed |= Q(objective__plan__owner__in=people(viewer, how_far))
    elif model == "MeasureReading":
        allowed |= Q(measure__objective__plan__owner__in=people(viewer, how_far))
    return allowed


def visible[Rows: QuerySet](queryset: Rows, viewer: Member) -> Rows:
    """The rows of the queryset that the viewer may read."""
    model = queryset.model.__name__
    how_far = reach(viewer, READ_ACTION[model])
    allowed = _filter(model, viewer, how_far)
    if model == "SavedView" and how_far is not Reach.NONE:  # a shared view is everybody's to use
        allowed |= Q(is_shared=True)
    return queryset.filter(allowed)


def editable[M: Model](queryset: QuerySet[M], viewer: Member, action: str) -> QuerySet[M]:
    """The rows of the queryset to which the viewer may do this."""
    return queryset.filter(_filter(queryset.model.__name__, viewer, reach(viewer, action)))


def are_all(there: QuerySet, allowed: QuerySet) -> bool:
    """Whether none of these rows lies beyond those that are allowed: one question, since between two others can write."""
    return not there.exclude(pk__in=allowed.order_by().values("pk")).exists()


def reaches(viewer: Member, action: str, obj: Model | None = None) -> bool:
    """Whether the viewer may do this; to this object, when one is given (one query at most)."""
    how_far = reach(viewer, action)
    if how_far in (Reach.NONE, Reach.ALL) or obj is None:
        return how_far is not Reach.NONE
    model = type(obj)
    return bool(model._base_manager.filter(_filter(model.__name__, viewer, how_far), pk=obj.pk).exists())
