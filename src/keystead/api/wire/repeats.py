"""Idempotency-Key on POST: a repeat gets the first answer again and makes nothing twice."""

import hashlib
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from keystead.api.wire.changed import HEADER, name_change
from keystead.api.wire.problems import refused_one
from keystead.base.turns import REPEATS, take_turns
from keystead.data.workspace.models import IdempotentAnswer, Member

LONGEST_KEY = 255
_KEPT_HEADERS = ("Location", "ETag", HEADER)


def once(request: HttpRequest, viewer: Member, do: Callable[[], HttpResponse], *, content: bytes | None = None) -> HttpResponse:
    """Runs `do` unless this key was answered before: then gives that answer. Without a key, simply runs it.

    Only successes are kept: after a refusal nothing was made, so the mended request may use the same key. Two repeats at the same
    moment wait for one another. Raises `Problem` 422 when the key comes back with another request.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return do()
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        message = _("An idempotency key has 1 to %(most)s printable characters.") % {"most": LONGEST_KEY}
        raise refused_one("Idempotency-Key", "bad_idempotency_key", message)
    asked = _fingerprint(request, request.body if content is None else content)
    with transaction.atomic():
        _wait_for_twins(viewer, key)
        kept = IdempotentAnswer.objects.filter(member=viewer, key=key).first()
        if kept is not None:
            return _again(kept, asked)
        response = name_change(do())
        if response.status_code < 300:
            headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
            IdempotentAnswer.objects.create(
                member=viewer, key=key, request_hash=asked, status=response.status_code, headers=headers,
                body=response.content.decode(),
            )  # fmt: skip
    return response


def _fingerprint(request: HttpRequest, content: bytes) -> str:
    return hashlib.sha256(
        b"\n".join([request.path.encode(), request.content_type.encode() if request.content_type else b"", content])
    ).hexdigest()


def _wait_for_twins(viewer: Member, key: str) -> None:
    take_turns(REPEATS, f"{viewer.pk} {key}")


def _again(kept: IdempotentAnswer, asked: str) -> HttpResponse:
    if kept.request_hash != asked:
        raise refused_one("Idempotency-Key", "idempotency_key_reused", _("This key was used for another request."))
    headers = {**kept.headers, "Idempotency-Replayed": "true"}
    return HttpResponse(kept.body, status=kept.status, content_type="application/json", headers=headers)
