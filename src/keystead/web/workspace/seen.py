"""When and from where a session was last seen: noted every few minutes, not at every request."""

import time

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse

from keystead.web.workspace.origin import Respond

SEEN = "seen_at"  # the key in the session; seconds since 1970
EVERY = 300


class SeenMiddleware:
    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = getattr(request, "session", None)
        if session is not None and session.session_key and request.user.is_authenticated:
            now = int(time.time())
            if now - session.get(SEEN, 0) >= EVERY:
                session[SEEN] = now
                UserSession.objects.create_from_request(request)
        return self.respond(request)
