"""Hits and ways as lines of a list: where each leads, its icon, and its name cut where letters are marked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keystead.domain.find.finding import Hit
from keystead.domain.find.ranking import Marks
from keystead.web.find.places import FoundWay, Way

_Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Line:
    """`pieces` are (text, is marked). `way` is set for pages and actions."""

    icon: str
    url: str
    pieces: _Pieces
    about: str = ""
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    label: str
    lines: list[Line]


def _in_plan(name: str) -> Callable[[str, Hit], str]:
    return lambda slug, hit: reverse(name, args=[slug, hit.plan, hit.key])


def _alone(name: str) -> Callable[[str, Hit], str]:
    return lambda slug, hit: reverse(name, args=[slug, hit.key])


def _contact(slug: str, hit: Hit) -> str:
    if hit.account:
        return reverse("accounts:contact", args=[slug, hit.account, hit.key])
    return reverse("accounts:contact_alone", args=[slug, hit.key])


# kind: (label of the group, icon, address)
KINDS: dict[str, tuple[Any, str, Callable[[str, Hit], str]]] = {
    "account": (_("Accounts"), "building-2", _alone("accounts:detail")),
    "plan": (_("Plans"), "target", _alone("plans:detail")),
    "contact": (_("Contacts"), "user", _contact),
    "deal": (_("Deals"), "handshake", _alone("deals:detail")),
    "objective": (_("Objectives"), "flag", _in_plan("plans:objective")),
    "action": (_("Actions"), "square-check-big", _in_plan("plans:action")),
    "member": (_("Members"), "users", _alone("member")),
    "import": (_("Imports"), "file-spreadsheet", _alone("imports:detail")),
}
assert all(icon for _label, icon, _url in KINDS.values())


def pieces(name: str, marked: Marks) -> _Pieces:
    found: _Pieces = []
    at = 0
    for start, end in marked:
        found += [(name[at:start], False), (name[start:end], True)]
        at = end
    return [piece for piece in [*found, (name[at:], False)] if piece[0]]


def line(slug: str, hit: Hit) -> Line:
    _label, icon, url = KINDS[hit.kind]
    return Line(icon, url(slug, hit), pieces(hit.name, hit.marks), " · ".join(hit.about))


def way_line(found: FoundWay) -> Line:
    return Line(found.way.icon, found.way.url, pieces(found.way.label, found.marks), way=found.way)


def groups(slug: str, hits: Iterable[Hit], found: Iterable[FoundWay]) -> list[Group]:
    """By kind; the kind with the best hit first, pages and actions among them by how well they fit."""
    rank: dict[str, int] = {}
    lines: dict[str, list[Line]] = {}
    for hit in hits:
        rank.setdefault(hit.kind, hit.tier)
        lines.setdefault(hit.kind, []).append(line(slug, hit))
    for each in found:
        key = "do" if each.way.is_action else "page"
        rank[key] = min(rank.get(key, each.tier), each.tier)
        lines.setdefault(key, []).append(way_line(each))
    order = [*KINDS, "page", "do"]
    return [Group(key, _title(key), lines[key]) for key in sorted(lines, key=lambda key: (rank[key], order.index(key)))]


def _title(key: str) -> str:
    own = {"page": _("Pages"), "do": _("Do"), "recent": _("Opened lately")}
    return str(own[key] if key in own else KINDS[key][0])


def opening_groups(slug: str, hits: list[Hit], ways: list[Way]) -> list[Group]:
    """What an empty box shows: the latest, and something to do."""
    lately = Group("recent", _title("recent"), [line(slug, hit) for hit in hits])
    to_do = Group("do", _title("do"), [Line(way.icon, way.url, pieces(way.label, ()), way=way) for way in ways])
    return [group for group in (lately, to_do) if group.lines]
