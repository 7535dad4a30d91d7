"""What passes by itself is told from what is broken, by the database's own codes and the system's."""

import errno
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError

from keystead.base.trouble import Trouble, trouble_of


def refused(state: str) -> OperationalError:
    error = OperationalError(state)
    error.__cause__ = psycopg.errors.lookup(state)("refused")
    return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (refused("40P01"), Trouble.BUSY),
        (refused("53300"), Trouble.BUSY),
        (refused("53100"), Trouble.DISK),
        (refused("57P01"), Trouble.AWAY),
        (refused("22012"), None),
        (OperationalError("the connection is closed"), Trouble.AWAY),
        (InterfaceError("connection already closed"), Trouble.AWAY),
        (OSError(errno.ENOSPC, "No space left on device"), Trouble.DISK),
        (OSError(errno.ENOENT, "No such file"), None),
        (ValueError("a mistake of ours"), None),
        (None, None),
    ],
)
def test_each_fault_is_told_by_its_code(error: BaseException | None, trouble: Trouble | None) -> None:
    assert trouble_of(error) is trouble


def test_each_trouble_says_what_is_wrong_and_when_a_repeat_may_be_worth_it() -> None:
    assert len({str(trouble.sentence) for trouble in Trouble}) == len(Trouble)
    assert Trouble.BUSY.seconds < Trouble.AWAY.seconds < Trouble.DISK.seconds


def test_a_database_that_is_away_where_no_disk_can_be_looked_at_is_just_away(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "unmounted"
    assert trouble_of(InterfaceError("closed")) is Trouble.AWAY
