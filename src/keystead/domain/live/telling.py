"""Who hears of a change: the facts around it are looked up once for all listeners of a workspace, then compared in memory.

Nobody hears of a change of which she may see nothing: for those who do not see everybody's rows, the rule of
`data.permissions.account_filter` is read backwards, from the change to the people whose rows it touches.
tests/domain/live holds the two readings equal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from keystead.domain.live.notices import Notice
from keystead.domain.live.topics import IMPORTS, Listener, Topic, shows

# The accounts of the notices with all above them, and everybody who owns or works on one of the former.
_AROUND = """
    WITH plans AS (SELECT id, account_id, owner_id FROM keystead_plan WHERE id = ANY(%(plans)s)),
    named AS (
      SELECT id, lineage, owner_id FROM keystead_account
      WHERE id = ANY(%(accounts)s) OR id IN (SELECT account_id FROM plans)
    )
    SELECT 'account', above FROM named, unnest(lineage) AS above
    UNION SELECT 'person', owner_id FROM named WHERE owner_id IS NOT NULL
    UNION SELECT 'person', owner_id FROM plans WHERE owner_id IS NOT NULL
    UNION SELECT 'person', member_id FROM keystead_accountteammember WHERE account_id IN (SELECT id FROM named)
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A notice with what lies around it: its accounts and those above them, and the people who reach it."""

    notice: Notice
    accounts: frozenset[UUID]
    people: frozenset[UUID]


def look_around(notices: Iterable[Notice]) -> list[Change]:
    """The changes of the open workspace. Notices of the same keys are looked up once; one query each."""
    known: dict[tuple[frozenset[UUID], frozenset[UUID]], tuple[set[UUID], set[UUID]]] = {}
    changes = []
    for notice in notices:
        # A change of an account names all above it as well: their owners may see it only when it is theirs too.
        owned = notice.rows if notice.kind == "account" else notice.accounts
        keys = (owned, notice.plans)
        if keys not in known:
            known[keys] = _around(*keys) if any(keys) else (set(), set())
        accounts, people = known[keys]
        changes.append(Change(notice, notice.accounts | accounts, notice.people | people))
    return changes


def _around(accounts: frozenset[UUID], plans: frozenset[UUID]) -> tuple[set[UUID], set[UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, {"accounts": list(accounts), "plans": list(plans)})
        rows = cursor.fetchall()
    return {key for what, key in rows if what == "account"}, {key for what, key in rows if what == "person"}


def heard(listener: Listener, changes: Iterable[Change]) -> dict[str, set[str]]:
    """The topics of this listener that the changes touch, each with the pages that wrote them ("" for one that is not known)."""
    touched: dict[str, set[str]] = {}
    for change in changes:
        for topic in listener.topics:
            if _touches(change, topic):
                touched.setdefault(topic.name, set()).add(change.notice.page)
    return touched


def _touches(change: Change, topic: Topic) -> bool:
    notice = change.notice
    if (notice.kind == "import") != (topic.kind in IMPORTS):
        return False
    reaches = topic.circle is None or not topic.circle.isdisjoint(change.people)
    if notice.is_wide:
        return reaches or not notice.many
    if not shows(topic, notice.kind):
        return False
    if topic.key is None:
        return reaches
    return topic.key in notice.rows or topic.key in notice.plans or (reaches and topic.account in change.accounts)
