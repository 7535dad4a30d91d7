"""What the product serves, with headers that only a bench gets: about the queries of a request."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from keystead.config import serving
from keystead.config.wsgi import application as real


class _Tally:
    """Counts statements on the connection of this thread."""

    def __init__(self) -> None:
        self.queries = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.queries += 1
            self.seconds += time.perf_counter() - begun


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The answer with X-Bench-Queries (a number), X-Bench-Database (milliseconds there), X-Bench-Backend (its process)."""
    tally = _Tally()

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        counted = [("X-Bench-Queries", str(tally.queries)), ("X-Bench-Database", f"{tally.seconds * 1000:.2f}")]
        if connection.connection is not None:
            counted.append(("X-Bench-Backend", str(connection.connection.info.backend_pid)))
        return start_response(status, [*headers, *counted], *rest)

    with connection.execute_wrapper(tally):
        return real(environ, start)


vars(serving)["pages"] = application  # the product's own server, asking the counted pages
served = serving.application
