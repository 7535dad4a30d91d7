"""What once looked wrong on real pages, measured in a browser: each page is asked of the product and laid out alone."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, ViewportSize

from keystead.data.models import Account, Action, Contact, Measure, Objective, Plan
from keystead.domain.deals.editing import create_deal
from keystead.domain.plans.editing import create_plan
from keystead.web.grid import bulk
from tests.support.browser import DESK, PHONE
from tests.support.world import World, account

STYLES = (Path(__file__).parents[2] / "src/keystead/web/static/build/app.css").read_text()
LONG = "A framework agreement for maintenance, spare parts, training and remote monitoring of all plants, warehouses and depots"
LINES = """element => {
  const range = document.createRange();
  range.selectNodeContents(element);
  return new Set([...range.getClientRects()].map((box) => Math.round(box.bottom))).size;
}"""
LAST_LINE = """element => {
  const last = [...element.childNodes].filter((one) => one.nodeType === 3).at(-1), range = document.createRange();
  range.selectNode(last);
  return range.getClientRects().length === 1 ? last.textContent : "in pieces";
}"""
LEFT = """element => {
  const range = document.createRange();
  range.selectNode(element.firstChild);
  return range.getBoundingClientRect().left;
}"""


@pytest.fixture
def shows(browser: Browser, world: World, client: Client) -> Iterator[Any]:
    """`shows("plans:list")` lays out the page that Alice gets at that address, its menus filled as if each had been opened."""
    assert world.alice.user is not None
    client.force_login(world.alice.user)
    contexts = []

    def shows(name: str, *arguments: Any, size: ViewportSize = DESK, asks: str = "") -> Page:
        address = reverse(name, args=["northwind", *arguments])
        answer = client.get(address + asks)
        assert answer.status_code == 200

        def filled(link: re.Match[str]) -> str:
            return client.get(address + unescape(link[1]), headers={"HX-Request": "true"}).content.decode()

        whole = re.sub(r'<a [^>]*href="([^"]*)" data-fills>.*?</a>', filled, answer.content.decode())
        page_source = re.sub(r"<(link|script)[^>]*>", "", whole)
        contexts.append(browser.new_context(viewport=size, java_script_enabled=False))
        page = contexts[-1].new_page()
        page.set_content(page_source.replace("</head>", f"<style>{STYLES}</style></head>"))
        return page

    yield shows
    for each in contexts:
        each.close()


@pytest.fixture
def plan(world: World) -> Plan:
    """With a deal that counts and one whose currency has no rate."""
    with world.inside():
        customer = account("Aurelia Foods", owner=world.alice, employees=1_234_567_890)
        fields = {"account": customer, "name": LONG, "currency": "EUR", "owner": world.alice, "target": Decimal(1_000_000)}
        made: Plan = create_plan(
            viewer=world.alice,
            today=date(2026, 6, 15),
            fields={**fields, "start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31)},
        )
        for name, currency in (("Cold-chain renewal of the northern plants", "EUR"), ("Fleet", "USD")):
            deal = {"name": name, "account": customer, "amount": Decimal("412345.67"), "currency": currency, "status": "won"}
            create_deal(viewer=world.olga, fields={**deal, "close_date": date(2026, 3, 1)})
    return made


def test_linked_revenue_leaves_a_phone_room_for_the_names(plan: Plan, shows: Any) -> None:
    page = shows("plans:revenue", plan.pk, size=PHONE)
    row = page.locator("tr", has_text="Cold-chain renewal").first
    name, amount = (row.locator("td:visible").nth(place).bounding_box() for place in (0, 1))
    assert row.locator("td:visible").count() == 2
    assert name["width"] > 1.5 * amount["width"]
    assert row.locator(".row-title").evaluate(LINES) <= 2
    assert row.locator(".only-phone").inner_text() == "Won · 1 Mar 2026"
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_why_a_row_does_not_count_has_room_beside_the_names(plan: Plan, shows: Any) -> None:
    row = shows("plans:revenue", plan.pk).locator("tr.is-left-out").first
    assert row.locator("td:last-child > div").evaluate(LINES) <= 2
    assert row.locator("td:last-child").bounding_box()["width"] > 170


def test_an_address_breaks_before_its_signs_and_not_within_a_word(world: World, plan: Plan, shows: Any) -> None:
    with world.inside():
        long = {"first_name": "Carmen", "last_name": "Campos", "email": "carmen.campos@aurelia-foods-group.example"}
        Contact.objects.create(account_id=plan.account_id, **long)
        Account.objects.filter(pk=plan.account_id).update(website="https://www.aurelia-foods-group-international.example")
    for tab in ("contacts", "detail"):
        page = shows(f"accounts:{tab}", plan.account_id, size=PHONE)
        assert ".example" in page.locator("wbr + *, :has(> wbr)").first.evaluate(LAST_LINE)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_words_over_a_column_begin_where_the_column_does(plan: Plan, shows: Any, size: ViewportSize) -> None:
    page = shows("plans:list", size=size)
    bar = page.locator("tbody .track-small").first.evaluate("e => e.getBoundingClientRect().left")
    words = page.get_by_role("columnheader", name="Won and forecast").locator(".grid-head")
    assert abs(words.evaluate(LEFT) - bar) <= 1
    title, name = page.locator("thead th .sort").first, page.locator("tbody .row-title").first
    assert abs(title.evaluate(LEFT) - name.evaluate(LEFT)) <= 1


def test_a_warning_stands_before_its_number_and_in_its_line(plan: Plan, shows: Any) -> None:
    page = shows("plans:list", size=PHONE)
    cell = page.locator("tbody td:has(.text-bad .icon):visible").first
    mark, number = cell.locator(".icon").bounding_box(), cell.locator(".figure-link").bounding_box()
    assert mark["x"] + mark["width"] <= number["x"]
    assert number["y"] - 1 <= mark["y"]
    assert mark["y"] + mark["height"] <= number["y"] + number["height"] + 1


@pytest.mark.parametrize(
    ("language", "long"),
    [("en", "You may leave this page"), ("pt-br", "Você pode sair desta página"), ("es", "Puedes salir de esta página")],
)
def test_the_change_of_many_says_how_many_and_of_a_long_one_that_one_may_leave(
    world: World, plan: Plan, client: Client, monkeypatch: pytest.MonkeyPatch, language: str, long: str
) -> None:
    assert world.alice.user is not None
    client.force_login(world.alice.user)
    sent = {"all": "1", "column": "industry", "industry": "Food", "step": "preview"}
    asked = reverse("accounts:bulk", args=["northwind"])
    client.cookies["keystead_language"] = language
    short = client.post(asked, sent).content.decode()
    assert long not in short
    monkeypatch.setattr(bulk, "_LONG", 0)
    page = client.post(asked, sent).content.decode()
    assert long in page
    assert re.search(r'<b class="num">1 \w+', page)


def test_many_rows_scroll_in_their_frame_and_make_no_page_longer(world: World, shows: Any) -> None:
    with world.inside():
        for number in range(40):
            account(f"Customer {number:02}", owner=world.alice, segment_current="steady", segment_target="expert_for_hire")
    page = shows("portfolio:list")
    assert page.locator("tbody tr .sr-only").count() >= 40
    assert page.evaluate("document.documentElement.scrollHeight <= document.querySelector('.app').offsetHeight + 1")


def test_a_path_of_short_names_has_no_holes(shows: Any) -> None:
    page = shows("accounts:new")
    page.locator(".crumbs ol").evaluate("list => list.prepend(list.firstElementChild.cloneNode(true))")
    gaps = page.locator(".crumbs li").evaluate_all("all => all.map(one => one.offsetWidth - one.firstElementChild.offsetWidth)")
    assert len(gaps) == 3
    assert max(gaps) < 24, "the stroke between two, and no more"


def test_a_long_title_is_short_until_somebody_asks_for_all_of_it(world: World, plan: Plan, shows: Any) -> None:
    with world.inside():
        Account.objects.filter(pk=plan.account_id).update(name=LONG)
    page = shows("plans:detail", plan.pk, size=PHONE)
    title = page.locator("h1")
    cut = "element => element.scrollHeight > element.clientHeight + 1"
    assert title.evaluate(cut)
    page.get_by_text("Whole title").click()
    assert not title.evaluate(cut)
    assert page.locator(".page-meta").get_by_text(LONG).is_visible(), "the plan's own name is never shortened"
    assert not shows("plans:detail", plan.pk, size=DESK).get_by_text("Whole title").is_visible()


@pytest.mark.parametrize(("size", "columns"), [(DESK, "name,employees,deals,plans"), (PHONE, "name,employees,deals")])
def test_a_sum_of_ten_figures_stays_in_one_piece(world: World, plan: Plan, shows: Any, size: ViewportSize, columns: str) -> None:
    page = shows("accounts:list", size=size, asks=f"?columns={columns}")
    total = page.locator("tfoot [title='1,234,567,890']")
    assert total.inner_text() == "1.23\N{NO-BREAK SPACE}B"
    assert total.evaluate(LINES) == 1


# A field as the script puts it into a cell.
EDIT = """([cell, field]) => {
  cell.classList.add("is-edited");
  cell.innerHTML = `<div class="cell-editor">${field}</div>`;
  const made = cell.querySelector("input, select");
  return [made.offsetWidth, document.querySelectorAll("thead th")[4].offsetWidth];
}"""


def test_a_list_of_deals_tells_its_order_and_keeps_its_columns(world: World, plan: Plan, shows: Any) -> None:
    with world.inside():
        Account.objects.filter(pk=plan.account_id).update(name=LONG[:60])
    page = shows("deals:list", asks="?group=account&group=status")
    label, amount = page.locator("tr.is-group .grid-words").first, page.locator("tr.is-group td.end").first
    assert label.bounding_box()["width"] > 1.5 * page.locator("tr.is-group th").first.bounding_box()["width"]
    assert label.locator(".num").is_visible()
    assert label.bounding_box()["x"] + label.bounding_box()["width"] <= amount.bounding_box()["x"]

    page.locator("[popovertarget=f-sort]").click()
    assert page.locator("#order1").input_value() == "-close_date"
    page.locator("[popovertarget=f-columns]").click()
    how, end = page.locator("#foot_amount").bounding_box(), page.locator("#f-columns .grid-panel-foot").bounding_box()
    assert how["width"] > 100
    assert how["y"] + how["height"] <= end["y"], "in sight without scrolling"
    page.keyboard.press("Escape")

    row = page.locator("tr[data-id]").first
    columns = page.locator("thead th").nth(4).evaluate("head => head.offsetWidth")
    days = page.evaluate(EDIT, [row.locator("td").nth(5).element_handle(), "<input type='date' value='2027-02-28'>"])
    assert days == [144, columns]
    stage = "<select><option>Negotiation with the board</option></select>"
    assert page.evaluate(EDIT, [row.locator("td").nth(3).element_handle(), stage]) == [pytest.approx(200, abs=40), columns]

    page.set_viewport_size(PHONE)
    assert page.locator("tr[data-id]").last.get_by_text("1 Mar 2026").first.is_visible()


def test_measures_and_actions_stand_under_one_another(world: World, plan: Plan, shows: Any) -> None:
    with world.inside():
        for rank, (title, target) in enumerate((("Lift", 9), (LONG[:100], 123_456_789)), 1):
            objective = Objective.objects.create(plan=plan, title=title, rank=rank)
            Measure.objects.create(objective=objective, name=title, baseline=Decimal(1), target=Decimal(target))
            status = "done" if rank == 1 else "todo"
            Action.objects.create(plan=plan, objective=objective, title=title, owner=world.alice, status=status)
    heads = "all => all.map(one => [...one.querySelectorAll('th')].map(head => Math.round(head.getBoundingClientRect().right)))"
    for tab in ("objectives", "actions"):
        first, second = shows(f"plans:{tab}", plan.pk).locator("main thead").evaluate_all(heads)
        assert first == second


def test_the_accounts_of_a_new_plan_have_the_row_on_a_phone(world: World, plan: Plan, shows: Any) -> None:
    page = shows("plans:new", size=PHONE)
    assert page.locator("#found tr").first.locator("td:visible").count() == 1
    assert page.locator("#found").get_by_text("has a plan").first.is_visible()


def test_a_form_ends_with_its_button_and_says_there_that_nothing_is_saved(world: World, plan: Plan, client: Client) -> None:
    assert world.alice.user is not None
    client.force_login(world.alice.user)
    form = reverse("plans:objective_new", args=["northwind", plan.pk])
    for answer, is_refused in ((client.get(form), False), (client.post(form, {"title": ""}), True)):
        page = answer.content.decode()
        assert page.rindex('class="field') < page.index("Add the objective")
        assert ("Not saved yet" in page) == is_refused


@pytest.mark.parametrize("name", ["portfolio:list", "plans:list"])
def test_the_name_of_a_column_is_whole_also_where_the_list_is_sorted_by_it(plan: Plan, shows: Any, name: str) -> None:
    name_of_column = shows(name, asks="?order=-achievement").locator("thead .sort").filter(has_text="Achievement")
    assert name_of_column.evaluate("link => link.scrollWidth <= link.clientWidth")


def test_the_button_that_adds_to_a_swot_is_as_high_as_the_fields_beside_it(plan: Plan, shows: Any) -> None:
    page = shows("plans:swot", plan.pk, size=PHONE)
    box, button = page.locator("[name=text]").first.bounding_box(), page.locator("[name=text] ~ .btn").first.bounding_box()
    assert box
    assert button
    assert (box["y"], box["height"]) == (button["y"], button["height"])


def test_the_cross_of_the_keys_stands_at_the_edge_of_their_window(plan: Plan, shows: Any) -> None:
    keys = shows("deals:list").locator("#grid-keys")
    keys.evaluate("dialog => dialog.showModal()")
    gap = "dialog => dialog.getBoundingClientRect().right - dialog.querySelector('.btn').getBoundingClientRect().right"
    assert keys.evaluate(gap) < 24


def test_the_page_of_a_figure_leaves_room_between_what_it_means_and_its_rows(plan: Plan, shows: Any) -> None:
    page = shows("plans:explanation", plan.pk, "won")
    note, rows = page.locator(".explain-page > div > .sub").bounding_box(), page.locator(".explain-page table").bounding_box()
    assert note
    assert rows
    assert rows["y"] - note["y"] - note["height"] >= 8


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_long_text_shows_all_its_lines_and_stands_off_its_frame(plan: Plan, shows: Any, size: ViewportSize) -> None:
    """The rule for all fields is a strong one: it gave a text the height and the padding of one line."""
    text = shows("plans:edit", plan.pk, size=size).locator("textarea[name=summary]")
    text.fill("Relations on site are excellent.\n" * 8)
    assert text.evaluate("area => area.scrollHeight <= area.clientHeight")
    assert text.evaluate("area => parseFloat(getComputedStyle(area).paddingTop)") >= 6


def test_an_amount_and_its_currency_are_one_field(plan: Plan, shows: Any) -> None:
    page = shows("plans:edit", plan.pk)
    corners = [
        page.locator("input[name=target]").evaluate("field => getComputedStyle(field).borderTopRightRadius"),
        page.locator("select[name=currency]").evaluate("field => getComputedStyle(field).borderTopLeftRadius"),
    ]
    assert corners == ["0px", "0px"]


def test_the_way_to_all_plans_stands_beside_the_title_and_the_note_gives_way(world: World, plan: Plan, shows: Any) -> None:
    with world.inside():
        type(world.alice.user).objects.update(language="pt-br")
    card = shows("workspace_home").locator(".section-head").filter(has_text="Como estão os planos")
    title, way = card.locator("h2").bounding_box(), card.locator(".section-action a").bounding_box()
    assert title
    assert way
    assert abs(title["y"] + title["height"] / 2 - way["y"] - way["height"] / 2) < title["height"]
