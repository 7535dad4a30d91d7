"""The ids that bench.generate gives: the same in Python as in its SQL function `key`."""

import hashlib
from uuid import UUID

_FIRST_MOMENT = 1_704_067_200_000  # the time in an id is not when it was made: it only puts the rows in order


def key(slug: str, kind: str, number: int) -> UUID:
    """The id of row `number` of a kind: "account", "deal", "order", "plan", "objective", "member", …"""
    mixed = hashlib.md5(f"{slug}{kind}{number}".encode(), usedforsecurity=False).hexdigest()
    return UUID(f"{_FIRST_MOMENT + number:012x}7{mixed[:3]}8{mixed[3:18]}")
