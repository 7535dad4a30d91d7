"""Reading the people of a workspace: the hierarchy, and who of them can log in."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Lower

from keystead.data.tenancy import ScopedQuerySet
from keystead.data.workspace.models import Invitation, Member


class LoginState(StrEnum):
    LOGS_IN = "logs_in"
    INVITED = "invited"
    EXPIRED = "expired"
    NEVER_INVITED = "never_invited"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Place:
    """A person's place in the hierarchy: `depth` 0 is the top; `reports` counts those directly below."""

    member_id: UUID
    depth: int
    reports: int


def with_login_state(members: ScopedQuerySet, *, at: datetime) -> Any:
    """A queryset of the members with `login_state`, one of `LoginState`."""
    letters = Invitation.objects.filter(member=OuterRef("pk"), accepted_at=None)
    state = Case(
        When(is_active=False, then=Value(LoginState.INACTIVE)),
        When(user__isnull=False, then=Value(LoginState.LOGS_IN)),
        When(Exists(letters.filter(expires_at__gt=at)), then=Value(LoginState.INVITED)),
        When(Exists(letters), then=Value(LoginState.EXPIRED)),
        default=Value(LoginState.NEVER_INVITED),
    )
    return members.annotate(login_state=state)


def hierarchy(members: QuerySet[Member]) -> list[Place]:
    """The members top down, each followed by those who report to her, by name. Nobody is lost: whoever's manager is not among
    them stands at the top, and so does one member of a circle that an old import may have left."""
    rows: list[tuple[UUID, UUID | None]] = list(members.order_by(Lower("name"), "pk").values_list("pk", "manager_id"))
    known = {pk for pk, _ in rows}
    below: dict[UUID | None, list[UUID]] = defaultdict(list)
    for pk, manager in rows:
        below[manager if manager in known else None].append(pk)
    places: list[Place] = []
    done: set[UUID] = set()
    tops = sorted(below[None], key=lambda pk: pk not in below)  # whoever leads people first; sorting keeps the order by name
    for top in [*tops, *(pk for pk, _ in rows)]:
        stack = [(top, 0)]
        while stack:
            pk, depth = stack.pop()
            if pk in done:
                continue
            done.add(pk)
            places.append(Place(pk, depth, len(below[pk])))
            stack.extend((report, depth + 1) for report in reversed(below[pk]))
    return places


def matching(members: Any, *, text: str = "", role: str = "", state: str = "") -> Any:
    """Members whose name, address, region or team contains the text, of that role, in that login state (annotated before)."""
    found = members
    if text:
        found = found.filter(
            Q(name__icontains=text) | Q(email__icontains=text) | Q(region__icontains=text) | Q(team__icontains=text)
        )
    if role:
        found = found.filter(role=role)
    return found.filter(login_state=state) if state else found
