"""Every page of a filled workspace, with one load each: axe, both themes, a desk, a phone, zoom, reflow, spaced text.

What a page opens (dialogs, menus, explanations, editors, messages) is looked at as well.
"""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from keystead.base import clock
from keystead.base.scope import open_scope
from keystead.data.models import Import, Member
from keystead.domain.exchange.imports import receive
from keystead.domain.workspace.demo.build import SLUG, build_demo
from tests.journeys.exports import CRMS
from tests.journeys.journey import Journey, Opens
from tests.journeys.looking import MEASURES, axe, looked_at, prepare
from tests.journeys.places import AT_THE_DOOR, NOTHING, own_pages, pages, things
from tests.support.browser import DESK
from tests.support.world import World

PATIENCE = 180.0  # seconds that the worker has for a small file, on a busy machine


@pytest.fixture
def filled(transactional_db: None, worker: Callable[[], None]) -> dict[str, Any]:
    """The demo workspace with an import that waits for a decision: its owner, and the key for each parameter of an address."""
    workspace = build_demo(today=clock.today())
    with open_scope(workspace_id=workspace.pk):
        owner = Member.objects.select_related("user").get(role="owner")
        with open_scope(workspace_id=workspace.pk, user_id=owner.user_id, actor={"via": "test"}):
            waiting = _uploaded(owner)
            worker()
            return {"owner": owner, **things(owner), "imports:pk": waiting.pk}


def _uploaded(owner: Member) -> Import:
    file = io.BytesIO(CRMS["es"].deals_file(clock.today().year))
    job = receive(viewer=owner, kind="deals", filename="deals.csv", content=file, options={}, at=clock.now())
    deadline = time.monotonic() + PATIENCE
    while job.state != "previewed":
        assert time.monotonic() < deadline, f"after {PATIENCE} s the import is {job.state}: {job.failure}"
        time.sleep(0.1)
        job.refresh_from_db()
    return job


def looking(opens: Opens, user: Any) -> Journey:
    journey = opens(reduced_motion="reduce", bypass_csp=True)
    if user is not None:
        journey.is_signed_in_as(user)
    return journey


@dataclass
class Walk:
    """What was found so far, which colours were asked about, and what the pages are drawn of."""

    found: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    drawn_of: set[str] = field(default_factory=set)

    def through(self, page: Page, places: list[tuple[str, str]], *, only_new: bool = False) -> None:
        """only_new: pages that are drawn of nothing but what was looked at before are passed by."""
        for name, path in places:
            page.set_viewport_size(DESK)
            page.goto(path)
            page.evaluate(MEASURES)
            parts = set(page.evaluate("measures.drawnOf()"))
            if only_new and parts <= self.drawn_of:
                continue
            self.drawn_of |= parts
            self.found += [f"{name}: {finding}" for finding in looked_at(page, self.known)]


def test_every_page_and_what_it_opens_can_be_used_by_everybody(filled: dict[str, Any], world: World, opens: Opens) -> None:
    """One test, since all need a filled workspace, which takes as long to fill as twenty pages to look at."""
    owner, newcomer, nobody = (looking(opens, user) for user in (filled["owner"].user, world.olga.user, None))
    client = Client()
    client.force_login(filled["owner"].user)
    places = [*pages(client, SLUG, filled), *own_pages(client)]
    assert len(places) > 55, places
    walk = Walk()
    walk.through(owner.page, places)
    walk.through(nobody.page, [(name, reverse(name)) for name in AT_THE_DOOR if name != "gallery"])
    assert world.olga.user is not None
    client.force_login(world.olga.user)
    bare = [(f"empty {name}", path) for name, path in pages(client, "northwind", _Nothing())]
    walk.through(newcomer.page, bare, only_new=True)
    found = walk.found + what_opens(owner, filled)
    assert not found, "\n".join(found)


def what_opens(journey: Journey, filled: dict[str, Any]) -> list[str]:
    page = journey.page
    page.set_viewport_size(DESK)
    plan, account = (
        reverse(name, args=[SLUG, filled[name.replace("detail", "pk")]]) for name in ("plans:detail", "accounts:detail")
    )
    found: list[str] = []

    def opened(name: str, path: str, click: str, shows: str) -> None:
        page.goto(path)
        page.locator(click).first.click()
        page.wait_for_selector(shows)
        prepare(page)
        found.extend(f"{name}: {finding}" for finding in axe(page))

    opened("explanation", plan, "#kpi-won", "#explain .explain-title")
    opened("own menu", account, ".member", ".menu-panel:popover-open")
    lists = reverse("deals:list", args=[SLUG])
    opened("filters", lists, ".filter-add", "#f-more:popover-open form")
    for name in ("group", "sort"):
        opened(name, lists, f'[popovertarget="f-{name}"]', f"#f-{name}:popover-open form")
    opened("columns", lists, '[popovertarget="f-columns"]', "#f-columns:popover-open form")
    opened("keys", lists, '[aria-label="?"], [data-keys], .filters-end .filter:last-child', "#grid-keys[open]")
    page.goto(lists)
    page.locator("tbody tr[data-can] td[tabindex], tbody tr[data-can] td").nth(3).click()
    page.keyboard.press("F2")
    page.wait_for_selector(".cell-editor")
    prepare(page)
    # The cell round an editor still holds the place of the focus, but is no target of its own.
    found += [f"cell editor: {finding}" for finding in axe(page, off=("target-size",))]
    page.goto(lists)
    page.keyboard.press("Control+k")
    page.locator("#palette-input").fill("aur")
    page.wait_for_selector("#palette-found .found-line")
    prepare(page)
    found += [f"palette: {finding}" for finding in axe(page)]
    page.goto(reverse("accounts:new", args=[SLUG]))
    page.locator("main form").first.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    page.wait_for_selector(".field-error")
    prepare(page)
    found += [f"errors: {finding}" for finding in axe(page)]
    journey.complaints = [one for one in journey.complaints if "422" not in one]  # the answer to what was wrong
    return found


class _Nothing(dict[str, Any]):
    """The key of nothing for every parameter: such pages do not exist."""

    words = {"kpi": "won", "verb": "submit", "kind": "accounts", "verdict": "create", "column": "owner"}

    def get(self, key: str, default: Any = None) -> Any:
        return self.words.get(key, NOTHING)
