"""What was told lately, so that a page that was asleep, or just being loaded, misses nothing."""

from collections import deque
from collections.abc import Collection
from uuid import UUID

from keystead.domain.live.notices import Notice

KEPT = 5_000  # notices
CLOCKS_DIFFER = 1_500  # milliseconds by which another web process may be ahead of us


class Journal:
    """Notices by the millisecond at which they were heard. `began`: from then on it has them all."""

    def __init__(self, now: int) -> None:
        self.began = now
        self._heard: deque[tuple[int, Notice]] = deque()

    def add(self, now: int, notice: Notice) -> None:
        if len(self._heard) >= KEPT:
            self.began = self._heard.popleft()[0] + 1
        self._heard.append((now, notice))

    def since(self, moment: int, workspaces: Collection[UUID]) -> list[Notice] | None:
        """What was heard from that millisecond on in these workspaces; None when that is not known any more."""
        if moment < self.began:
            return None
        begin = moment - CLOCKS_DIFFER
        return [notice for heard, notice in self._heard if heard >= begin and notice.workspace in workspaces]
