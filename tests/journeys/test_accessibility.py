"""No page of a filled workspace has a finding of axe's, in light and dark, at a desk and on a phone."""

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import Count
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize

from keystead.base import clock
from keystead.base.scope import open_scope
from keystead.data.models import Import, Member, Plan, Rate, Stage
from keystead.domain.exchange.imports import receive
from keystead.domain.workspace.demo.build import SLUG, build_demo
from tests.journeys.exports import CRMS
from tests.journeys.journey import Opens
from tests.support.browser import AXE, DESK, PHONE, RULES
from tests.test_rights_walk import PAGES

# Every page by its URL name, under what it is about.
ABOUT = {
    "": (
        "workspace_home members member_new workspace_settings stages rates my_settings portfolio:list accounts:list accounts:new"
        " deals:list deals:new plans:list plans:new imports:list imports:new"
    ),
    "member": "member",
    "stage": "stage",
    "rate": "rate",
    "account": "detail edit plans deals orders activity contacts team",
    "deal": "detail edit",
    "plan": "detail edit objectives actions swot revenue history",
    "import": "columns detail",
}
# Addresses without parameters that answer with a part of a page or a file.
NO_PAGES = set(
    "portfolio:explanation portfolio:export_csv portfolio:export_xlsx accounts:export_csv accounts:export_xlsx accounts:options"
    " deals:export_csv deals:export_xlsx plans:fitting calendar_preview my_tokens".split()
)
# A theme changes colours and nothing else. They pass over into one another, from the frame inwards.
ONLY_COLOURS = "{runOnly: ['color-contrast'], resultTypes: ['violations']}"
IN_THE_DARK = """async () => {
  document.documentElement.dataset.theme = "keystead-dark";
  const changes = () => document.getAnimations().some((animation) => animation instanceof CSSTransition);
  for (let frames = 0; changes() && frames < 60; frames++) await new Promise(requestAnimationFrame);
}"""
PATIENCE = 20.0  # seconds that the worker has for a small file


@pytest.fixture
def filled(transactional_db: None, worker: Callable[[], None]) -> dict[str, Any]:
    """The demo workspace with an import that waits for a decision: its owner, and what the pages in ABOUT are about."""
    workspace = build_demo(today=clock.today())
    with open_scope(workspace_id=workspace.pk):
        owner = Member.objects.select_related("user").get(role="owner")
        with open_scope(workspace_id=workspace.pk, user_id=owner.user_id, actor={"via": "test"}):
            plan = Plan.objects.filter(status="approved").annotate(n=Count("objectives")).latest("n")
            things = {"plan": plan, "account": plan.account, "deal": plan.links.exclude(deal=None)[0].deal}
            others = {"member": Member.objects.exclude(pk=owner.pk)[0], "stage": Stage.objects.all()[0]}
            waiting = _uploaded(owner)
            worker()
            return {**things, **others, "rate": Rate.objects.all()[0], "import": waiting, "owner": owner}


def _uploaded(owner: Member) -> Import:
    file = io.BytesIO(CRMS["es"].deals_file(clock.today().year))
    job = receive(viewer=owner, kind="deals", filename="deals.csv", content=file, options={}, at=clock.now())
    deadline = time.monotonic() + PATIENCE
    while job.state != "previewed":
        assert time.monotonic() < deadline, f"after {PATIENCE} s the import is {job.state}"
        time.sleep(0.1)
        job.refresh_from_db()
    return job


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_on_any_page(size: ViewportSize, filled: dict[str, Any], opens: Opens) -> None:
    journey = opens(viewport=size, reduced_motion="reduce", bypass_csp=True)
    journey.context.add_init_script(path=AXE)
    journey.is_signed_in_as(filled["owner"].user)
    page, found = journey.page, []
    for name, address in addresses(filled):
        page.goto(address)
        found += [(name, *finding) for finding in findings(page)]
        if name == "plans:detail":
            page.locator("#kpi-won").click()
            page.wait_for_selector("#explain .explain-title")
            found += [(f"{name}, explained", *finding) for finding in findings(page)]
    assert not found, "\n".join(map(str, found))


def addresses(filled: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(URL name, path) of every page."""
    for kind, names in ABOUT.items():
        for name in names.split():
            full = f"{kind}s:{name}" if kind in ("account", "deal", "plan", "import") else name
            yield full, reverse(full, args=[SLUG, filled[kind].pk] if kind else [SLUG])


def findings(page: Page) -> list[tuple[str, str, str]]:
    """(theme, rule, the first place) of each finding on the page as it stands."""
    found = [("light", *each) for each in _axe(page, RULES)]
    page.evaluate(IN_THE_DARK)
    return found + [("dark", *each) for each in _axe(page, ONLY_COLOURS)]


def _axe(page: Page, rules: str) -> list[tuple[str, str]]:
    violations = page.evaluate(f"axe.run({rules})")["violations"]
    return [(one["id"], f"{len(one['nodes'])} x {one['nodes'][0]['html'][:160]}") for one in violations]


def test_no_page_that_needs_no_parameter_is_forgotten() -> None:
    names = {f"{namespace}:{name.partition('|')[2]}".removeprefix(":") for namespace, name, needed in PAGES if not needed}
    assert names - NO_PAGES - set(ABOUT[""].split()) == set()
