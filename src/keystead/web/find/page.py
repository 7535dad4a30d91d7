"""The find box: a part of the palette for each keystroke, or a whole page of results where there is no script."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from keystead.domain.find.asking import read
from keystead.domain.find.finding import find, recent
from keystead.web.find.places import find_ways, suggested
from keystead.web.find.shown import Group, groups, opening_groups
from keystead.web.requests import WorkspaceRequest, wants_fragment

_IN_PALETTE, _ON_PAGE = 5, 25
COMMANDS = ">"  # typed first: only what can be done and gone to


@require_GET
@never_cache
def find_page(request: WorkspaceRequest) -> HttpResponse:
    in_palette = wants_fragment(request)
    text = request.GET.get("q", "")
    found = _groups(request, text.strip(), _IN_PALETTE if in_palette else _ON_PAGE)
    context = {
        "asked": text,
        "groups": found,
        "count": sum(len(group.lines) for group in found),
        "in_palette": in_palette,
        "is_empty_box": not text.strip().removeprefix(COMMANDS),
        "crumbs": [{"label": _("Find"), "url": ""}],
    }
    return render(request, "find/results.html" if in_palette else "find/page.html", context)


def _groups(request: WorkspaceRequest, text: str, limit: int) -> list[Group]:
    slug, viewer = request.workspace.slug, request.viewer
    if not text:
        return opening_groups(slug, recent(viewer=viewer), suggested(request))
    if text.startswith(COMMANDS):
        asked = read(text.removeprefix(COMMANDS))
        return (
            groups(slug, [], find_ways(request, asked, limit=12))
            if asked.chunks
            else opening_groups(slug, [], suggested(request))
        )
    asked = read(text)
    if not asked.chunks:
        return []
    return groups(slug, find(viewer=viewer, text=text, limit=limit), find_ways(request, asked))
