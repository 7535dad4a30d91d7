"""The database session hears of each scope, and of the same one only once, unless a transaction may have taken it back."""

from collections.abc import Callable
from threading import Thread
from uuid import UUID

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from keystead.base.scope import open_scope

AURELIA = UUID("018f0000-0000-7000-8000-000000000001")


def told() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('keystead.workspace', true)")
        return str(cursor.fetchone()[0])


def outside_transactions[T](work: Callable[[], T]) -> T:
    """On a connection of its own: that of the test is always in a transaction."""
    found: list[T] = []

    def run() -> None:
        try:
            connection.ensure_connection()
            found.append(work())
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.django_db
def test_the_same_scope_is_told_to_a_session_once() -> None:
    def work() -> int:
        with open_scope(workspace_id=None), CaptureQueriesContext(connection) as queries:
            for _ in range(3):
                with open_scope(workspace_id=None):
                    pass
            with open_scope(workspace_id=AURELIA), open_scope(workspace_id=AURELIA):
                assert told() == str(AURELIA)
        assert told() == ""
        return len([query for query in queries if "set_config" in query["sql"]])

    assert outside_transactions(work) == 2


@pytest.mark.django_db
def test_what_a_transaction_took_back_is_told_again() -> None:
    def work() -> list[str]:
        with open_scope(workspace_id=None):
            with pytest.raises(ZeroDivisionError), transaction.atomic(), open_scope(workspace_id=AURELIA):
                raise ZeroDivisionError
            with open_scope(workspace_id=AURELIA):
                inside = told()
                with pytest.raises(ZeroDivisionError), transaction.atomic(), open_scope(workspace_id=None):
                    raise ZeroDivisionError
                again = told()
            return [inside, again, told()]

    assert outside_transactions(work) == [str(AURELIA), str(AURELIA), ""]


@pytest.mark.django_db
def test_a_session_whose_server_has_gone_is_not_used_again() -> None:
    def work() -> bool:
        with pytest.raises(OperationalError), open_scope(workspace_id=AURELIA), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return connection.connection is None

    assert outside_transactions(work)
