"""How PostgreSQL is to go about rows by the hundred thousand that it has not seen before."""

from django.db import connection


def expect_many_rows() -> None:
    """For the rest of the transaction: joins by hashing, never row by row.

    Staged rows and rows just written are not in the statistics yet, so the planner takes them for a handful and would look each
    of them up among all others: minutes instead of a second for ten thousand. Compiling the statements costs more than it saves.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL work_mem = '128MB'")
