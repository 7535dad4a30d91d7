"""From where a request comes, what every answer tells the browser to forbid, and work that waits until the answer is out."""

import logging
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from keystead.base.origin import LONGEST_AGENT, Origin, coming_from

logger = logging.getLogger(__name__)

Respond = Callable[[HttpRequest], HttpResponse]
_AFTER = "_keystead_after"
_FORBIDDEN = "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi payment usb".split()
PERMISSIONS = ", ".join([
    *(f"{name}=()" for name in _FORBIDDEN), "publickey-credentials-create=(self)", "publickey-credentials-get=(self)",
])  # fmt: skip


class OriginMiddleware:
    """Outermost: knows the client for the whole request, and lets `after_answer` work run once the client has its answer."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        origin = Origin(client_ip(request), request.META.get("HTTP_USER_AGENT", "")[:LONGEST_AGENT])
        with coming_from(origin):
            response = self.respond(request)
        for work in getattr(request, _AFTER, ()):
            response._resource_closers.append(_later(origin, work))  # type: ignore[attr-defined]
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


def after_answer(request: HttpRequest, work: Callable[[], object]) -> None:
    """Runs `work` when the answer has left: what it takes does not show in how long the answer took."""
    waiting = getattr(request, _AFTER, None)
    if waiting is None:
        setattr(request, _AFTER, waiting := [])
    waiting.append(work)


def _later(origin: Origin, work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        with coming_from(origin):
            try:
                work()
            except Exception:
                logger.exception("What was to follow an answer failed")

    return run


def client_ip(request: HttpRequest) -> str:
    """The client's address: the connection's, or with trusted proxies in between what the outermost of them says it saw."""
    proxies = settings.TRUSTED_PROXIES
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    given = told[-proxies] if 0 < proxies <= len(told) else request.META.get("REMOTE_ADDR", "")
    if given.count(":") == 1:  # an IPv4 address with its port
        given = given.partition(":")[0]
    with suppress(ValueError):
        return str(ip_address(given.strip("[]")))
    return ""
