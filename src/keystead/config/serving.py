"""The application that granian serves: live streams in the loop, everything else through WSGI in threads.

One port and one process for both, by measurement (docs/decisions.md): pages cost the same as under plain WSGI, and a stream costs
no thread.
"""

import asyncio
import io
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from typing import Any

from django.db import close_old_connections

from keystead.base.numbers import whole
from keystead.config.wsgi import application as pages
from keystead.web.live.server import PATH, LiveServer

log = logging.getLogger(__name__)

IN_MEMORY = 1 << 20  # bytes: what is larger is read or written in parts
type Headers = list[tuple[str, str]]


class Application:
    """Pages and API as they always were, and one more path. `__rsgi_init__` runs in each process that serves."""

    def __init__(self) -> None:
        threads = int(os.environ.get("KEYSTEAD_WEB_THREADS") or 4)
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="pages")

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.live = LiveServer(loop=loop, run=self._with_database)
        for number in (signal.SIGINT, signal.SIGTERM):
            _before_stopping(loop, number, self.live.stop)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.live.stop()

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        if scope.path == PATH:
            # A task of the loop's own kind: the server's tasks know no timeouts.
            await self.loop.create_task(self.live.serve(scope, proto))
            return
        body = await _body(scope, proto)
        try:
            status, headers, first, rest = await self.loop.run_in_executor(self.threads, _answer, scope, body)
            if rest is None:
                proto.response_bytes(status, headers, first)
                return
            wire = proto.response_stream(status, headers)
            await self.loop.run_in_executor(self.threads, _send, rest, self._sender(wire))
        finally:
            body.close()

    def _sender(self, wire: Any) -> Callable[[bytes], None]:
        def send(chunk: bytes) -> None:
            asyncio.run_coroutine_threadsafe(wire.send_bytes(chunk), self.loop).result()

        return send

    async def _with_database(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await self.loop.run_in_executor(self.threads, _apart, function, *arguments)


def _before_stopping(loop: asyncio.AbstractEventLoop, number: signal.Signals, end_streams: Callable[[], None]) -> None:
    """The server waits for open connections before it stops, and a stream would be open for ever. It tells us only afterwards,
    so its own handler of the signal is called after ours; where there is none the server kills after its patience.
    """
    handle = getattr(loop, "_signal_handlers", {}).get(number)
    if handle is None:
        return

    def stop() -> None:
        end_streams()
        loop.call_later(0.2, handle._run)  # the streams say their last words meanwhile

    loop.add_signal_handler(number, stop)


def _apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """What Django does around a request: a connection that is too old or broken is not used, nor left behind."""
    close_old_connections()
    try:
        return function(*arguments)
    finally:
        close_old_connections()


async def _body(scope: Any, proto: Any) -> Any:
    """What was sent along: in memory, or on disk when it is large or nobody says how large it is."""
    length = scope.headers.get("content-length")
    if scope.method in ("GET", "HEAD") and not length:
        return io.BytesIO()
    known = whole(length or "")
    if known is not None and known <= IN_MEMORY:
        return io.BytesIO(await proto())
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when the answer has been sent
    async for chunk in proto:
        spool.write(chunk)
    spool.seek(0)
    return spool


def environment(scope: Any, body: Any) -> dict[str, Any]:
    """What WSGI (PEP 3333) wants to know of a request."""
    server, _, port = scope.server.rpartition(":")
    told: dict[str, Any] = {
        "REQUEST_METHOD": scope.method, "SCRIPT_NAME": "", "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string, "SERVER_NAME": server, "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}", "SERVER_SOFTWARE": "Granian",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"), "wsgi.version": (1, 0), "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body, "wsgi.errors": sys.stderr, "wsgi.input_terminated": True, "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        told[key] = f"{told[key]}{joint}{value}" if key in told else value
    if scope.authority:  # HTTP/2 has it instead of a Host header
        told.setdefault("HTTP_HOST", scope.authority)
    return told


def _answer(scope: Any, body: Any) -> tuple[int, Headers, bytes, Iterable[bytes] | None]:
    """Status, headers, and the whole answer; or, when it is long, the closing rest of it to be sent in parts."""
    begun: dict[str, Any] = {}
    parts: list[bytes] = []

    def start(status: str, headers: Headers, _error: Any = None, /) -> Callable[[bytes], object]:
        begun.update(status=int(status[:3]), headers=[(name.lower(), value) for name, value in headers])
        return parts.append

    response: Any = pages(environment(scope, body), start)
    size, chunks = 0, iter(response)
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > IN_MEMORY:
            return begun["status"], begun["headers"], b"", _closing(response, chain(parts, chunks))
    response.close()
    return begun["status"], begun["headers"], b"".join(parts), None


def _closing(response: Any, chunks: Iterable[bytes]) -> Iterable[bytes]:
    try:
        yield from chunks
    finally:
        response.close()


def _send(chunks: Any, send: Callable[[bytes], None]) -> None:
    """A reader that goes away in the middle ends the sending, and what it was read from is closed."""
    try:
        with suppress(RuntimeError):
            for chunk in chunks:
                send(chunk)
    finally:
        chunks.close()


application = Application()
