"""Notes which record's page was opened, so that finding shows it first, and with which view a list was."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from keystead.base import clock
from keystead.data.workspace.models import Member
from keystead.domain.find.recent import note_opened
from keystead.domain.workspace.views import LISTS, note_use
from keystead.web.requests import wants_fragment

_LISTS = {f"{name}:list" for name in LISTS}
REFRESHED = "Keystead-Live"  # sent by an open page that asks for a newer copy of itself: nobody opens it then
# URL name: (kind, the parameter that holds the record's key)
PAGES = {
    "accounts:detail": ("account", "pk"),
    "accounts:contact": ("contact", "contact_pk"),
    "accounts:contact_alone": ("contact", "contact_pk"),
    "deals:detail": ("deal", "pk"),
    "plans:detail": ("plan", "pk"),
    "plans:objective": ("objective", "item"),
    "plans:action": ("action", "item"),
    "imports:detail": ("import", "pk"),
    "member": ("member", "pk"),
}


def note_page(request: HttpRequest, response: HttpResponse) -> None:
    """For a whole page that was shown, not for a part of it, nor for what is asked for again and again."""
    match = request.resolver_match
    is_opened = request.method == "GET" and response.status_code == 200 and REFRESHED not in request.headers
    if match is None or not is_opened or wants_fragment(request):
        return
    viewer: Member = request.viewer  # type: ignore[attr-defined]
    if match.view_name in PAGES:
        kind, parameter = PAGES[match.view_name]
        note_opened(viewer=viewer, kind=kind, key=match.kwargs[parameter], at=clock.now())
    elif match.view_name in _LISTS and "view" in request.GET and "part" not in request.GET and (view := _key(request)):
        note_use(viewer=viewer, view=view, at=clock.now())


def _key(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET["view"])
    except ValueError:
        return None
