"""A list in the browser: a cell is written and taken back by keys alone, many rows change at once, and long lists stay light."""

import pytest
from playwright.sync_api import expect

from keystead.data.models import Account
from tests.journeys.journey import Journey
from tests.support.world import World, account

CURRENT = "table[data-table] [tabindex='0']"

FOOT_IS_SEEN = """() => {
  const [toast, foot] = [document.querySelector(".toast"), document.querySelector("tfoot th")];
  return toast && toast.getBoundingClientRect().bottom <= foot.getBoundingClientRect().top;
}"""


@pytest.fixture
def three(world: World) -> World:
    with world.inside(world.alice):
        for name in ("Aurelia Foods", "Brasilux Energia", "Condax"):
            account(name, owner=world.alice, industry="Food", employees=10)
    return world


def opened(journey: Journey, world: World, query: str = "") -> None:
    assert world.alice.user is not None
    journey.is_signed_in_as(world.alice.user)
    journey.slug = "northwind"
    journey.page.goto(journey.address("accounts:list") + query)
    expect(journey.page.locator("table[role=grid]")).to_be_visible()


def test_alice_writes_a_cell_by_keys_alone_and_takes_it_back(three: World, journey: Journey) -> None:
    opened(journey, three, "?columns=name,industry,employees")
    page, keys = journey.page, journey.page.keyboard
    page.locator(CURRENT).focus()
    for key in ("ArrowDown", "ArrowRight", "F2"):
        keys.press(key)
    field = page.locator(".cell-editor input[name=industry]")
    expect(field).to_be_focused()
    expect(field).to_have_value("Food")
    keys.type("Energy")
    keys.press("Enter")
    cell = page.locator("tbody tr").nth(1).locator("td").nth(1)
    expect(cell).to_have_text("Energy")
    expect(cell).to_be_focused()
    keys.press("F2")
    expect(page.locator(".cell-editor input[name=industry]")).to_be_focused()
    keys.type("Nothing")
    keys.press("Escape")
    expect(cell).to_have_text("Energy")
    page.locator(".toast-undo").first.click()
    expect(page.locator("tbody tr").nth(1)).to_contain_text("Food")


def test_a_choice_by_pointer_is_saved_at_once_and_one_by_keys_waits_for_enter(three: World, journey: Journey) -> None:
    """Somebody who marks a deal as won with the mouse need not click beside it before anything is said."""
    opened(journey, three, "?columns=name,segment")
    page, keys = journey.page, journey.page.keyboard
    cell = page.locator("tbody tr", has_text="Aurelia Foods").locator("td").nth(1)
    cell.click()
    page.locator(".cell-editor select").dispatch_event("pointerdown")  # the list that opens is the system's own
    page.locator(".cell-editor select").select_option("strategic")
    expect(page.locator(".toast")).to_be_visible()
    expect(cell).to_have_text("Strategic")
    expect(cell).to_be_focused()
    keys.press("F2")
    expect(page.locator(".cell-editor select")).to_be_focused()
    page.locator(".cell-editor select").select_option("steady")  # as an arrow does, on its way to another choice
    expect(page.locator(".cell-editor select")).to_be_visible()
    keys.press("Enter")
    expect(cell).to_have_text("Steady")


def test_alice_changes_two_rows_at_once_from_the_keyboard(three: World, journey: Journey) -> None:
    opened(journey, three, "?columns=name,country")
    page, keys = journey.page, journey.page.keyboard
    page.locator(CURRENT).focus()
    before = page.locator("tbody tr").first.bounding_box()
    keys.press("Space")
    keys.press("Shift+ArrowDown")
    expect(page.locator("tr[aria-selected=true]")).to_have_count(2)
    expect(page.locator("[data-bulk]")).to_be_visible()
    assert page.locator("tbody tr").first.bounding_box() == before, "the table moved under the pointer"
    page.locator("[data-bulk]").focus()
    keys.press("Enter")
    page.locator("#bulk-column").select_option("country")
    value = page.locator("#grid-dialog input[name=country]")
    value.fill("Portugal")
    keys.press("Enter")
    expect(page.locator("#grid-dialog [role=status]")).to_contain_text("2")
    page.locator("#grid-dialog button[value=commit]").click()
    expect(page.locator("#grid-dialog")).to_be_hidden()
    expect(page.locator("tbody td", has_text="Portugal")).to_have_count(2)


def test_a_list_of_six_hundred_rows_keeps_few_of_them(three: World, journey: Journey) -> None:
    with three.inside(three.alice):
        Account.objects.bulk_create(Account(name=f"Shop {at:03}", owner=three.alice) for at in range(600))
    opened(journey, three)
    page = journey.page
    page.evaluate("document.dispatchEvent(new CustomEvent('toast', { detail: { text: 'Saved' } }))")
    page.wait_for_function(FOOT_IS_SEEN, timeout=4_000)  # its totals are read after a change
    last = page.locator("tbody tr", has_text="Shop 599")
    for _turn in range(400):  # each brings what the server has answered by then
        page.evaluate("document.querySelector('[data-scroll]').scrollTop += 4000")
        page.wait_for_timeout(150)
        if last.count():
            break
    expect(last).to_have_count(1)
    page.wait_for_function("document.querySelectorAll('tbody tr[data-id]').length <= 400")
    page.evaluate("document.querySelector('[data-scroll]').scrollTop = 0")
    expect(page.locator("tbody tr", has_text="Aurelia Foods")).to_be_visible()


def test_what_a_menu_offers_is_there_when_it_is_opened_by_keys_or_by_the_mouse(three: World, journey: Journey) -> None:
    opened(journey, three)
    page, keys = journey.page, journey.page.keyboard
    page.locator(".filter-add").focus()
    keys.press("Enter")
    first = page.locator("#f-more summary").first
    expect(first).to_be_focused()
    industry = page.locator("#f-more summary", has_text="Industry")
    journey.tabs_to(industry)
    keys.press("Enter")
    keys.press("Tab")
    keys.type("food")
    keys.press("Enter")
    journey.arrives(f"{journey.address('accounts:list')}?industry=food")
    assert page.url.endswith("?industry=food"), "what was left empty is not in the address"
    expect(page.locator("tbody tr[data-id]")).to_have_count(3)
    page.locator("[popovertarget=f-group]").click()
    page.locator("#f-group select").first.select_option("industry")
    journey.arrives(f"{journey.address('accounts:list')}?industry=food&group=industry")
    expect(page.locator("tr.is-group")).to_have_count(1)
