"""What leaves a workspace's pages in a special way: files, which the audit log notes, and answers that lead elsewhere."""

from email.message import Message

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from keystead.domain.workspace.audit import record
from keystead.web.requests import wants_fragment


def note_export(request: HttpRequest, response: HttpResponse) -> None:
    """Every file that a page hands out is noted, whichever page it is: its name, its address, and what was asked for."""
    disposition = response.headers.get("Content-Disposition", "")
    if response.status_code != 200 or "filename" not in disposition:  # a PDF that the browser shows is a file as well
        return
    asked = {"address": request.path, **({"filters": request.GET.urlencode()[:500]} if request.GET else {})}
    record(kind="exported", subject_kind="file", subject=_file_name(disposition) or request.path, new=asked)


def _file_name(disposition: str) -> str | None:
    """The name as it will lie on somebody's disk, whatever signs are in it (RFC 6266)."""
    header = Message()
    header["Content-Disposition"] = disposition
    return header.get_filename()


def to_setting_up(request: HttpRequest) -> HttpResponse:
    """The workspace stays closed until its member has a second step; the page where she gets one belongs to no workspace."""
    place = reverse("mfa_index")
    if wants_fragment(request):
        return HttpResponse(status=403, headers={"HX-Redirect": place})
    if request.method == "GET":
        messages.info(request, _("This workspace asks for a second step at sign-in. Set one up, then it opens."))
    return redirect(place)


_WAITING = "asked_before_confirming"  # the key in the session


class ConfirmFirst(Exception):
    """What is asked for needs the password (or a code, a passkey) once more."""


def confirm_first(request: HttpRequest) -> None:
    """Raises `ConfirmFirst` unless the person has shown within the last minutes that it is still her."""
    if not did_recently_reauthenticate(request):
        raise ConfirmFirst


def to_confirming(request: HttpRequest) -> HttpResponse:
    """To the password and back here; a form that was sent is kept in the session and sent again afterwards."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    if request.method == "POST":
        request.session[_WAITING] = {"path": request.path, "form": request.POST.urlencode()}
    return redirect(f"{ways[0]['url']}?{urlencode({'next': request.path})}")


def take_up(request: HttpRequest) -> None:
    """Makes the visit after the confirmation the form that was sent before it (its own check against forgery has passed then)."""
    waiting = request.session.get(_WAITING)
    if waiting is None or not (request.method == "POST" or waiting["path"] == request.path):
        return
    del request.session[_WAITING]  # another form was sent instead, or this is its turn: never a second time
    if request.method == "GET" and did_recently_reauthenticate(request):
        request.method = "POST"
        request.POST = QueryDict(waiting["form"])
