"""Whether the product works, for machines that watch it."""

import logging
from collections.abc import Callable
from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

log = logging.getLogger(__name__)


@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - a view
    """200 when database, queue and storage answer, else 503. Names the parts and says no more: the reasons are in the log."""
    checks = {"database": _database, "queue": _queue, "storage": _storage}
    parts = {name: _answers(name, check) for name, check in checks.items()}
    is_well = all(parts.values())
    answer = {"status": "ok" if is_well else "failing", **{name: "ok" if well else "failing" for name, well in parts.items()}}
    return JsonResponse(answer, status=200 if is_well else 503)


def _answers(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:
        log.exception("Health check: %s does not answer", name)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs LIMIT 1")


def _storage() -> None:
    name = default_storage.save(f"health/{uuid4().hex}", ContentFile(b"ok"))
    default_storage.delete(name)
