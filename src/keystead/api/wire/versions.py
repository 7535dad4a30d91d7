"""ETags: a record's version, and a digest of what was shown of it.

The version is what a writer must have seen (If-Match); the digest tells a reader that what stands around the record has changed
as well, such as the name of its account or its links to plans (If-None-Match).
"""

import hashlib
import re

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from keystead.api.wire.bodies import dump, respond
from keystead.api.wire.problems import Problem
from keystead.base.numbers import whole
from keystead.data.tenancy import Tenant

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def etag(version: int, content: str) -> str:
    return f'"{version}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"'


def respond_versioned(
    request: HttpRequest, value: dict[str, object], version: int, *, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    """The record with its ETag; 304 when the client has exactly this already."""
    content = dump(value)
    tag = etag(version, content)
    known = request.headers.get("If-None-Match", "")
    if request.method == "GET" and (known.strip() == "*" or tag.strip('"') in _TAG.findall(known)):
        return HttpResponse(status=304, headers={"ETag": tag})
    response = respond(None, status=status, headers={"ETag": tag, **(headers or {})})
    response.content = content.encode()
    return response


def seen_version(request: HttpRequest, record: Tenant) -> int | None:
    """The version that the client says it saw, for the verb to check again; None without If-Match. Raises `Problem` 412.

    A W/ before the tag is accepted: compression on the way weakens tags, and the version in it is as strong as ever.
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    if record.version not in versions_named(request):
        detail = _("It has changed since you read it. Read it again and repeat your change.")
        raise Problem(412, "stale", detail, current_version=record.version)
    return record.version


def versions_named(request: HttpRequest) -> set[int]:
    """The versions in If-Match."""
    found = {tag.partition("-")[0] for tag in _TAG.findall(request.headers.get("If-Match", ""))}
    return {version for version in map(whole, found) if version is not None}
