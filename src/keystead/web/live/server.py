"""The address of the live stream: `GET /live?topics=<slug>/<topic>,…&since=<id>`, answered with server-sent events."""

import asyncio
import logging
import time
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from keystead.base.numbers import whole
from keystead.web.live.door import enter
from keystead.web.live.ear import listen
from keystead.web.live.hub import Hub, InThread
from keystead.web.live.stream import Stream

log = logging.getLogger(__name__)

PATH = "/live"
MOST_STREAMS = 2_000  # of one process
MOST_OF_ONE = 20  # of one login: a browser needs one
HEADERS = [
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-store, no-transform"),
    ("x-accel-buffering", "no"),  # nginx would keep events back
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
]


class Refused(Exception):
    """The stream is not given; `status` says why in HTTP's words."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class LiveServer:
    """Everything live of one web process."""

    def __init__(self, *, loop: asyncio.AbstractEventLoop, run: InThread) -> None:
        self.hub = Hub(run=run, now=_milliseconds)
        self._started = loop.create_task(self._start())

    async def _start(self) -> None:
        self.hub.start()
        await listen(on_payload=self.hub.on_payload, on_gap=self.hub.on_gap)

    def stop(self) -> None:
        self._started.cancel()
        self.hub.stop()

    async def serve(self, scope: Any, proto: Any) -> None:
        doubts = self.hub.doubts
        try:
            stream = await self._stream(scope)
        except Refused as refusal:
            proto.response_empty(refusal.status, [("cache-control", "no-store")])
            return
        try:
            await self._speak(stream, proto, _since(scope), doubts)
        finally:
            self.hub.leave(stream)

    async def _stream(self, scope: Any) -> Stream:
        _require_plain_request(scope)
        wanted = parse_qs(scope.query_string).get("topics", [""])[0].split(",")
        topics = tuple(topic for topic in wanted if topic)
        try:
            admission = await self.hub.run(enter, session_key(scope), topics)
        except Exception as error:
            log.warning("Live: nobody can be let in: %s", error)
            raise Refused(503) from error
        if admission is None:
            raise Refused(401)
        if len(self.hub.streams) >= MOST_STREAMS:
            raise Refused(503)
        if sum(each.login.user_id == admission.login.user_id for each in self.hub.streams) >= MOST_OF_ONE:
            raise Refused(429)
        return Stream(admission, topics)

    async def _speak(self, stream: Stream, proto: Any, since: int | None, doubts: int) -> None:
        wire = proto.response_stream(200, HEADERS)
        await self.hub.join(stream, since, doubts)
        gone = asyncio.ensure_future(proto.client_disconnect())
        speaking = asyncio.ensure_future(stream.write(wire, _milliseconds))
        done, waiting = await asyncio.wait({gone, speaking}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        for task in done:
            task.exception()  # a browser that went away is no error


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


def _since(scope: Any) -> int | None:
    """The id of the last event that the browser has seen, or the moment at which its page was made."""
    given = scope.headers.get("last-event-id") or parse_qs(scope.query_string).get("since", [""])[0]
    return whole(given, 15)


def _require_plain_request(scope: Any) -> None:
    """A GET, for a host that is ours, and not from another site's page."""
    if scope.method != "GET":
        raise Refused(405)
    domain, _port = split_domain_port(scope.headers.get("host") or scope.authority or "")
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        raise Refused(400)
    if scope.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused(403)


def session_key(scope: Any) -> str:
    try:
        cookie = SimpleCookie(scope.headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return cookie.value if cookie else ""
