"""What passes by itself or by making room, told from what is broken: the database away, two writers in a knot, a full disk."""

import errno
import shutil
from enum import StrEnum

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LEAST_ROOM = 8 * 1024**2  # bytes; PostgreSQL's log grows by 16 MB at a time, so with less than this it may have stopped
_BUSY = {"40P01", "40001", "55P03", "57014", "53300"}  # deadlock, serialisation, lock, cancelled, too many connections
_DISK = {"53100"}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Trouble(StrEnum):
    """The value is the stable code that clients see."""

    AWAY = "database_away"
    BUSY = "busy"
    DISK = "disk_full"

    @property
    def sentence(self) -> Promise:
        return _SENTENCES[self]

    @property
    def seconds(self) -> int:
        """After how long a repeat may be worth it."""
        return {Trouble.BUSY: 1, Trouble.AWAY: 5, Trouble.DISK: 60}[self]


_SENTENCES = {
    # Sent before the connection broke, a change may have been written all the same: only looking can tell.
    Trouble.AWAY: _(
        "The database does not answer just now. Try again in a moment."
        " If you were saving something, look first whether it is there."
    ),
    Trouble.BUSY: _("Too many changes at the same time. Try again."),
    Trouble.DISK: _(
        "A disk of the server is full, so nothing can be saved. Tell whoever looks after it."
        " It goes on by itself once there is space."
    ),
}


def trouble_of(error: BaseException | None) -> Trouble | None:
    """None when the error is of another kind: a mistake of ours, or of the request."""
    if isinstance(error, OperationalError):
        state = getattr(error.__cause__, "sqlstate", None) or ""
        if state in _DISK:
            return Trouble.DISK
        if state in _BUSY:
            return Trouble.BUSY
        return _away() if state[:2] in ("", "08", "53", "57", "58") else None
    if isinstance(error, InterfaceError):
        return _away()
    if isinstance(error, OSError) and error.errno in _FULL:
        return Trouble.DISK
    return None


def _away() -> Trouble:
    """A database that could not write its log for lack of room has stopped: then that is what somebody must hear."""
    try:
        free = shutil.disk_usage(settings.DATA).free
    except OSError:
        return Trouble.AWAY
    return Trouble.DISK if free < LEAST_ROOM else Trouble.AWAY
