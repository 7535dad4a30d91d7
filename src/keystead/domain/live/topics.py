"""What an open page listens to: one record, or one list of its workspace.

A page names its topics ("plan:<id>", "portfolio"); whoever may not see the record, or the list, is not told of it. That is asked
when the page begins to listen, and again whenever rights may have changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from keystead.base.scope import current_workspace
from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal
from keystead.data.exchange.models import Import
from keystead.data.permissions import Reach, people, reach
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member

MOST_TOPICS = 50  # of one connection; a browser has rarely ten pages open
_RECORDS: dict[str, tuple[Any, str]] = {
    "plan": (Plan, "account_id"), "account": (Account, "pk"), "deal": (Deal, "account_id"), "import": (Import, "pk"),
}  # fmt: skip
_WORK = frozenset({"plan", "work"})
IMPORTS = frozenset({"import", "imports"})  # the topics of files on their way in, which nothing else concerns

# A list: the right without which nobody has it, and the kinds of changes that can show in it.
_LISTS: dict[str, tuple[str, frozenset[str]]] = {
    "portfolio": ("account.read", frozenset({"deal", "order", "account", "plan"})),
    "accounts": ("account.read", frozenset({"deal", "order", "account", "plan", "team"})),
    "deals": ("deal.read", frozenset({"deal", "account", "plan"})),
    "plans": ("plan.read", frozenset({"deal", "order", "account"}) | _WORK),
    "home": ("account.read", frozenset({"deal", "order", "account"}) | _WORK),
    "imports": ("import.read", frozenset({"import"})),
}
# Kinds of changes that can show on a record's page when they happen at its account, below it, or to itself.
_SHOWS = {
    "plan": frozenset({"deal", "order", "account", "contact"}) | _WORK,
    "account": frozenset({"deal", "order", "account", "contact", "team"}) | _WORK,
    "deal": frozenset({"deal", "account", "plan"}),
    "import": frozenset({"import"}),
}


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that is listened to: a record (`key`, and the account it belongs to), or a list.

    `circle`: the members whose rows the listener may see; None when everybody's are.
    """

    name: str
    kind: str
    key: UUID | None = None
    account: UUID | None = None
    circle: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """A member with the topics that she may hear of. `is_narrow`: not everybody's rows are hers to read."""

    member: UUID
    workspace: UUID
    is_narrow: bool
    topics: tuple[Topic, ...]


def listener(*, viewer: Member, names: Iterable[str]) -> Listener:
    """What of these topics the viewer may hear. The others are left out without a word, be they unseen, gone or misspelt."""
    wanted = list(dict.fromkeys(names))[:MOST_TOPICS]
    lists = [topic for name in wanted if name in _LISTS for topic in _list(viewer, name)]
    records = [topic for kind in _RECORDS for topic in _visible(viewer, kind, wanted)]
    is_narrow = reach(viewer, "account.read") is not Reach.ALL
    return Listener(viewer.pk, current_workspace(), is_narrow, (*lists, *records))


def _list(viewer: Member, name: str) -> list[Topic]:
    how_far = reach(viewer, _LISTS[name][0])
    if how_far is Reach.NONE:
        return []
    return [Topic(name, name, circle=_circle(viewer, _LISTS[name][0]))]


def _circle(viewer: Member, action: str) -> frozenset[UUID] | None:
    how_far = reach(viewer, action)
    return None if how_far is Reach.ALL else frozenset(people(viewer, how_far))


def _visible(viewer: Member, kind: str, wanted: list[str]) -> list[Topic]:
    keys = {key for name in wanted if (key := _key(name, kind)) is not None}
    if not keys:
        return []
    model, account = _RECORDS[kind]
    found = model.objects.visible_to(viewer).filter(pk__in=keys).values_list("pk", account)
    circle = _circle(viewer, "import.read" if kind == "import" else "account.read")
    return [Topic(f"{kind}:{key}", kind, key, at, circle) for key, at in found]


def _key(name: str, kind: str) -> UUID | None:
    head, _, tail = name.partition(":")
    try:
        return UUID(tail) if head == kind else None
    except ValueError:
        return None


def shows(topic: Topic, kind: str) -> bool:
    """Whether a change of this kind can show under this topic at all."""
    return kind in (_SHOWS[topic.kind] if topic.key else _LISTS[topic.kind][1])
