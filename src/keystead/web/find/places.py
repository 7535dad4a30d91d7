"""What can be gone to and done from the find box: pages, settings and actions, each for those who may."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from keystead.data.exchange.models import ImportKind
from keystead.domain.accounts.portfolio.columns import GROUPS
from keystead.domain.exchange.imports import may_import
from keystead.domain.find.asking import Asked, words_of
from keystead.domain.find.ranking import Marks, Tier, fit, marks
from keystead.domain.find.slips import spellings_among
from keystead.domain.workspace.permissions import may
from keystead.domain.workspace.views import MOST_VIEWS, most_used
from keystead.web.imports.words import KINDS
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import navigation, way
from keystead.web.templatetags.keystead import THEME_COOKIE
from keystead.web.workspace.tabs import settings_tabs

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Way:
    """A page to go to (`url`), a form to send (`url` and `field`), or a choice of colours, which the page's script makes."""

    label: str
    icon: str
    url: str = ""
    field: tuple[str, str] | None = None
    theme: str = ""
    is_action: bool = False
    also: str = ""  # other words for it, and its English name, by which it is found as well


@dataclass(frozen=True, slots=True)
class FoundWay:
    way: Way
    tier: Tier
    marks: Marks = field(default=())


# (words, icon, URL name, action of the permission table, other words)
_ACTIONS: tuple[tuple[Text, str, str, str, Text], ...] = (
    (gettext_lazy("New account"), "plus", "accounts:new", "account.create", gettext_lazy("add customer create")),
    (gettext_lazy("New deal"), "plus", "deals:new", "deal.create", gettext_lazy("add opportunity create")),
    (gettext_lazy("New plan"), "plus", "plans:new", "plan.create", gettext_lazy("add account plan create")),
    (gettext_lazy("Import a file"), "upload", "imports:new", "import.create", gettext_lazy("upload CSV Excel spreadsheet")),
    (gettext_lazy("Find duplicates"), "copy", "duplicates", "account.edit", gettext_lazy("merge same records clean up")),
    (gettext_lazy("New member"), "user-plus", "member_new", "member.edit", gettext_lazy("invite colleague add person")),
)
_THEMES: tuple[tuple[Text, str, str], ...] = (
    (gettext_lazy("Switch to dark"), "moon", "dark"),
    (gettext_lazy("Switch to light"), "sun", "light"),
    (gettext_lazy("Colours as the system has them"), "monitor", "system"),
)
_LANGUAGES = (("en", "English"), ("pt-br", "Português"), ("es", "Español"))


def ways(request: WorkspaceRequest) -> list[Way]:
    """All that the viewer may go to and do."""
    return [*_pages(request), *_views(request), *_actions(request), *_groupings(request), *_imports(request), *_choices()]


def suggested(request: WorkspaceRequest) -> list[Way]:
    """What an empty box offers beside what was opened lately."""
    other = "light" if request.COOKIES.get(THEME_COOKIE) == "dark" else "dark"
    return list(_actions(request))[:4] + [way for way in _choices() if way.theme == other]


def find_ways(request: WorkspaceRequest, asked: Asked, *, limit: int = 6) -> list[FoundWay]:
    """The ways whose words, in the reader's language or in English, are what was typed."""
    offered = ways(request)
    found = _fitting(offered, asked)
    if not found:
        known = {word for each in offered for word in words_of(f"{each.label} {each.also}")}
        found = _fitting(offered, asked.spelled(spellings_among((word.typed for word in asked.words), known)))
    return sorted(found, key=lambda each: (each.tier, len(each.way.label), each.way.label))[:limit]


def _fitting(offered: list[Way], asked: Asked) -> list[FoundWay]:
    found = []
    for each in offered:
        tier = fit(asked, each.label)
        marked = marks(asked, each.label, tier) if tier is not None else ()
        if tier is None and (other := fit(asked, each.also)) is not None:
            tier = max(other, Tier.WORDS)
        if tier is not None:
            found.append(FoundWay(each, tier, marked))
    return found


def _english(label: Text) -> str:
    with override("en"):
        return str(label)


def _pages(request: WorkspaceRequest) -> Iterator[Way]:
    """The navigation's places and the pages of the settings."""
    for place in navigation(request.path, request.workspace, request.viewer):
        yield Way(str(place["label"]), place["icon"], place["url"], also=_english(place["label"]))
    for tab in settings_tabs(request, ""):
        yield Way(str(tab["label"]), "settings", tab["url"], also=_english(tab["label"]) + " " + _("Settings"))


def _views(request: WorkspaceRequest) -> Iterator[Way]:
    """Saved views, each with the name of its list."""
    for name, views in most_used(viewer=request.viewer, of_each=MOST_VIEWS).items():
        url = way(f"{name}:list", request.workspace)
        for key, label in views:
            yield Way(label, "bookmark", f"{url}?view={key}", also=_("view") + f" {name}")


def _actions(request: WorkspaceRequest) -> Iterator[Way]:
    for label, icon, name, action, also in _ACTIONS:
        url = way(name, request.workspace)
        if url and may(request.viewer, action):
            yield Way(str(label), icon, url, is_action=True, also=f"{_english(label)} {also}")


def _groupings(request: WorkspaceRequest) -> Iterator[Way]:
    url = way("portfolio:list", request.workspace)
    for name, group in GROUPS.items():
        label = _("Open portfolio grouped by %(what)s") % {"what": str(group.name).lower()}
        yield Way(label, "layout-grid", f"{url}?group={name}", is_action=True, also=_english(group.name))


def _imports(request: WorkspaceRequest) -> Iterator[Way]:
    url = way("imports:new", request.workspace)
    for kind, (icon, *_rest) in KINDS.items():
        if url and may_import(request.viewer, kind):
            label = _("Import: %(what)s") % {"what": ImportKind(kind).label}
            yield Way(label, icon, f"{url}?kind={kind}", is_action=True, also=f"import {kind}")


def _choices() -> Iterator[Way]:
    """Colours and language: what the member's menu offers too."""
    for label, icon, theme in _THEMES:
        yield Way(str(label), icon, theme=theme, is_action=True, also=_english(label) + " " + _("theme colours mode"))
    for code, name in _LANGUAGES:
        label = _("Language: %(name)s") % {"name": name}
        yield Way(label, "languages", reverse("set_language"), field=("language", code), is_action=True, also=f"language {name}")
