"""What a change tells of itself: kind and keys, as the triggers of migration `live_notices` say them on the channel."""

import json
from dataclasses import dataclass
from uuid import UUID

CHANNEL = "keystead_live"
WIDE = frozenset({"rate", "stage", "product", "member", "workspace"})  # these concern every page of the workspace
SEATS = frozenset({"member", "workspace"})  # who is let in at all: roles, seats, whether a second step is asked for
RIGHTS = frozenset({"team", "account", "plan", "deal"})  # who owns these, or works on them, may see them


@dataclass(frozen=True, slots=True)
class Notice:
    """One statement's change. `many`: it wrote too many rows to name them, and `people` are all whose rows they are or were.
    `page`: the open page that asked for it, or ""."""

    workspace: UUID
    kind: str
    rows: frozenset[UUID] = frozenset()
    accounts: frozenset[UUID] = frozenset()
    plans: frozenset[UUID] = frozenset()
    people: frozenset[UUID] = frozenset()
    page: str = ""
    many: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether nobody can say which pages it concerns: then it concerns all."""
        return self.many or self.kind in WIDE


def read_notice(payload: str) -> Notice | None:
    """The notice in a payload of the channel; None for one without a workspace (a login ended or changed)."""
    told = json.loads(payload)
    if "w" not in told:
        return None
    rows, accounts, plans, people = (frozenset(map(UUID, told.get(name, ()))) for name in "iapo")
    return Notice(UUID(told["w"]), told["k"], rows, accounts, plans, people, told.get("g", ""), told.get("many", False))
