"""Notes which record's page was opened, so that finding shows it first."""

from django.http import HttpRequest, HttpResponse

from keystead.base import clock
from keystead.domain.find.recent import note_opened
from keystead.web.requests import wants_fragment

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
    page = PAGES.get(match.view_name) if match else None
    if page is None or match is None or request.method != "GET" or response.status_code != 200 or wants_fragment(request):
        return
    if REFRESHED in request.headers:
        return
    kind, parameter = page
    note_opened(viewer=request.viewer, kind=kind, key=match.kwargs[parameter], at=clock.now())  # type: ignore[attr-defined]
