"""Names of 200 characters without a space, and amounts of fifteen digits: no page grows sideways, and no column is pushed out."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from keystead.data.models import Action, Contact, Deal, Measure, Objective, Plan, Stage, SwotItem, Workspace
from tests.journeys.journey import Journey
from tests.support.browser import DESK, PHONE
from tests.support.world import World, account

LONG = ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3)[:200]
HUGE = Decimal("999999999999999.99")
LONGEST_TITLE = 3  # lines
LINES = """() => { const title = document.querySelector('h1'), style = getComputedStyle(title);
  return title.offsetHeight > 2 ? Math.round(title.offsetHeight / parseFloat(style.lineHeight)) : 0; }"""
WIDER = "document.documentElement.scrollWidth - innerWidth"
# Rows that go on beyond the edge of a phone without fading towards it, and a menu that a long path squeezes.
# An animation along a row's scrolling knows of a new width once a frame was drawn with it (https://drafts.csswg.org/scroll-animations-1).
NO_HINT = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  return [...document.querySelectorAll('.tabs, .filters')].filter((one) => one.scrollWidth > one.clientWidth + 1
      && parseFloat(getComputedStyle(one).getPropertyValue('--fade-end')) < 20).map((one) => `${one.className} does not fade`)
    .concat(document.querySelector('.side-open').offsetWidth === 40 ? [] : ['the menu is squeezed']);
}"""
UNDER_THE_FADE = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const tab = document.querySelector('.tabs > [aria-current]'), row = tab.parentElement;
  const fade = parseFloat(getComputedStyle(row).getPropertyValue('--fade-end'));
  return Math.floor(tab.getBoundingClientRect().right - row.getBoundingClientRect().right + fade);
}"""
BROKEN = """() => [...document.querySelectorAll('.grid-table :is(tbody, tfoot) td.end')].filter((cell) => {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), range = document.createRange();
  while (texts.nextNode()) {
    range.selectNode(texts.currentNode);
    if (range.getClientRects().length > 1 && !texts.currentNode.parentElement.matches('.sub')) return true;
  }
  return cell.scrollWidth > cell.clientWidth;
}).map((cell) => `broken: ${cell.textContent}`)"""
# Tables whose frame scrolls, as a wide window has room for all of them.
PUSHED_OUT = """[...document.querySelectorAll('.table-scroll')].filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.querySelector('caption')?.textContent} ${one.scrollWidth} in ${one.clientWidth}`)"""


@pytest.fixture
def long_names(world: World) -> Plan:
    Workspace.objects.filter(pk=world.northwind.pk).update(name=LONG[:120])
    with world.inside():
        world.alice.name = LONG[:150]
        world.alice.email = f"{'a' * 60}@{'b' * 60}.example"
        world.alice.save()
        customer = account(LONG, industry=LONG[:100], owner=world.alice, website=f"https://{LONG}")
        days = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31)}
        plan = Plan.objects.create(
            account=customer, name=LONG, currency="EUR", owner=world.alice, target=HUGE, team_key=LONG[:100], **days
        )
        objective = Objective.objects.create(plan=plan, title=LONG, rank=1, owner=world.alice)
        Measure.objects.create(objective=objective, name=LONG, target=Decimal(100))
        Action.objects.create(plan=plan, objective=objective, title=LONG, owner=world.alice)
        SwotItem.objects.create(plan=plan, quadrant="threat", text=LONG)
        Contact.objects.create(account=customer, first_name=LONG[:150], last_name=LONG[:150], title=LONG)
        won = Stage.objects.get(status="won")
        Deal.objects.create(
            account=customer, name=LONG, owner=world.alice, stage=won, status="won", amount=HUGE, currency="EUR",
            close_date=date(2026, 5, 1),
        )  # fmt: skip
    return plan


def test_long_names_and_amounts_widen_no_page_and_push_out_no_column(world: World, long_names: Plan, journey: Journey) -> None:
    assert world.olga.user is not None
    journey.is_signed_in_as(world.olga.user)
    journey.slug = "northwind"
    plan, customer = [long_names.pk], [long_names.account_id]
    with world.inside():
        deal = [Deal.objects.get().pk]
    pages = [("workspace_home", []), ("members", []), ("portfolio:list", []), ("plans:list", []), ("deals:list", [])]
    pages.append(("deals:detail", deal))
    pages += [(f"accounts:{tab}", customer) for tab in ("detail", "plans", "deals", "contacts", "team", "deletion")]
    pages += [(f"plans:{tab}", plan) for tab in ("detail", "objectives", "actions", "swot", "revenue", "history", "edit")]
    pages.append(("plans:explanation", [*plan, "won"]))
    found = []
    for name, arguments in pages:
        journey.page.set_viewport_size(DESK)
        journey.page.goto(journey.address(name, *arguments))
        found += [f"{name}, {table}" for table in journey.page.evaluate(PUSHED_OUT)]
        for size in (DESK, PHONE):
            journey.page.set_viewport_size(size)
            if wider := journey.page.evaluate(WIDER):
                found.append(f"{name} at {size['width']}: {wider} px too wide")
            found += [f"{name} at {size['width']}: {cell}" for cell in journey.page.evaluate(BROKEN)]
            if (lines := journey.page.evaluate(LINES)) > LONGEST_TITLE:
                found.append(f"{name} at {size['width']}: a title of {lines} lines")
        found += [f"{name}: {what}" for what in journey.page.evaluate(NO_HINT)]
    assert found == []


@pytest.mark.parametrize("tab", ["actions", "revenue"])
def test_on_a_phone_the_open_tab_does_not_stand_under_the_fade(
    world: World, long_names: Plan, journey: Journey, tab: str
) -> None:
    assert world.olga.user is not None
    journey.is_signed_in_as(world.olga.user)
    journey.slug = "northwind"
    journey.page.set_viewport_size(PHONE)
    journey.page.goto(journey.address(f"plans:{tab}", long_names.pk))
    expect(journey.page.locator("html.has-script")).to_be_attached()
    assert journey.page.evaluate(UNDER_THE_FADE) <= 0
