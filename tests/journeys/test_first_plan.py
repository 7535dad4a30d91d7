"""The main job as a new owner does it: from the files of her CRM to a plan whose figures move by themselves, in each language."""

import io
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, expect
from pypdf import PdfReader

from keystead.base import clock
from keystead.domain.plans.explanation import REASONS
from keystead.domain.workspace.founding import found_workspace
from tests.documents.reading import plain, text_of
from tests.journeys import exports
from tests.journeys.exports import AURELIA, BOREALIS, CRMS, Crm
from tests.journeys.journey import Journey, Opens
from tests.support.world import PASSWORD

OWNER = "helena@aurora.example"
IMPORT_MS = 20_000  # the worker has as long for a small file


@pytest.mark.parametrize("language", CRMS)
def test_a_new_owner_comes_from_her_crms_files_to_a_live_plan(language: str, opens: Opens, worker: Callable[[], None]) -> None:
    crm = CRMS[language]
    found_workspace(
        name="Aurora", slug="aurora", currency=crm.currency, owner_email=OWNER, owner_name="Helena Duarte",
        password=PASSWORD, language=language,
    )  # fmt: skip
    journey = opens(language=language)
    assert (journey.words("Sign in") == "Sign in") == (language == "en")
    journey.signs_in(OWNER, "aurora")
    imports_accounts(journey, crm)
    imports_products(journey, crm)
    imports_deals(journey, crm)
    worker()
    sees_what_each_account_won(journey, crm)
    plan = makes_a_plan(journey, crm)
    reads_why_won_is_what_it_is(journey, crm)
    moves_a_deal_out_of_the_period(journey, plan)
    figures_are(journey, crm, won=exports.CLOSED)
    prints_the_same_figures_on_one_page(journey)


def imports_accounts(journey: Journey, crm: Crm) -> None:
    """Empty pages lead to the import, and its result leads on to what was imported."""
    content = journey.page.get_by_role("main")
    for name in ("deals:list", "accounts:list", "portfolio:list"):
        journey.follows(journey.address(name))
        expect(content.locator(f'a[href="{journey.address("imports:new")}"]')).to_be_visible()
    journey.follows(journey.address("imports:list"))
    columns_of(journey, "accounts.csv", crm.accounts_file())
    assert guesses(journey, crm.accounts) == ["external_id", "name", "industry", "employees", "segment_current", ""]
    column(journey, crm.accounts[4]).select_option("segment_target")
    previews(journey, create=3)
    expect(journey.page.locator("#rows")).to_contain_text(AURELIA)
    commits(journey)
    expect(content.locator(f'a[href="{journey.address("accounts:list")}"]')).to_be_visible()


def imports_products(journey: Journey, crm: Crm) -> None:
    columns_of(journey, "products.csv", crm.products_file())
    previews(journey, create=2)
    commits(journey)


def imports_deals(journey: Journey, crm: Crm) -> None:
    columns_of(journey, "deals.csv", crm.deals_file(clock.today().year))
    fields = ["external_id", "name", "account", "product", "stage", "amount", "close_date"]
    assert guesses(journey, crm.deals) == fields
    meaning = journey.page.locator("#values").get_by_label(exports.MISSPELT, exact=True)
    meaning.select_option(exports.PRODUCT)
    previews(journey, create=6)
    commits(journey)


def columns_of(journey: Journey, name: str, content: bytes) -> None:
    """Uploads the file and waits on the page of its columns; what it holds is recognised by the product."""
    journey.follows(journey.address("imports:new"))
    journey.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    journey.button("Upload and read").click()
    journey.page.wait_for_url("**/columns/", timeout=IMPORT_MS)
    journey.looks()


def column(journey: Journey, header: str) -> Locator:
    return journey.page.get_by_label(header, exact=True).and_(journey.page.locator("select"))


def guesses(journey: Journey, headers: tuple[str, ...]) -> list[str]:
    return [column(journey, header).input_value() for header in headers]


def previews(journey: Journey, *, create: int) -> None:
    """From the columns to what they would change; the counters are created, updated, left as is, rejected."""
    journey.button("See what it changes").click()
    counters = journey.page.locator("#rows nav a .text-2xl")
    expect(counters).to_have_text([str(create), "0", "0", "0"], timeout=IMPORT_MS)
    journey.looks()


def commits(journey: Journey) -> None:
    page = journey.page
    page.locator('form[action$="/commit/"] button').click()
    expect(page.locator('a[href$="/undo/"]')).to_be_visible(timeout=IMPORT_MS)
    journey.looks()


def row_of(journey: Journey, name: str) -> Locator:
    return journey.page.locator("tr[data-id]").filter(has=journey.page.get_by_text(name, exact=True))


def sees_what_each_account_won(journey: Journey, crm: Crm) -> None:
    journey.follows(journey.address("portfolio:list"))
    expect(row_of(journey, AURELIA)).to_contain_text(crm.short(exports.CLOSED + exports.MOVED))
    expect(row_of(journey, BOREALIS)).to_contain_text(crm.short(exports.OTHER))
    expect(journey.page.locator("tr[data-id]")).to_have_count(3)


def makes_a_plan(journey: Journey, crm: Crm) -> str:
    page = journey.page
    row_of(journey, AURELIA).get_by_role("link", name=journey.words("Make a plan"), exact=True).click()
    journey.arrives(journey.address("plans:new"))
    page.locator("#id_target").fill(crm.number(exports.TARGET))
    expect(page.locator("#fitting")).to_contain_text(re.compile(r"\b4\b"))
    journey.button("Make the plan").click()
    plan = journey.arrives_at_plan()
    figures_are(journey, crm, won=exports.CLOSED + exports.MOVED)
    return plan


def figures_are(journey: Journey, crm: Crm, *, won: Decimal) -> None:
    forecast = won + exports.OPEN
    expected = {"target": exports.TARGET, "won": won, "forecast": forecast, "variance": forecast - exports.TARGET}
    for kpi, value in expected.items():
        expect(journey.page.locator(f"#kpi-{kpi}")).to_have_attribute("title", crm.money(value))


def reads_why_won_is_what_it_is(journey: Journey, crm: Crm) -> None:
    page = journey.page
    page.locator("#kpi-won").click()
    lines = page.locator("#explain tr")
    expect(lines.filter(has_text=exports.EXAMPLE_DEAL)).to_contain_text(crm.money(exports.CLOSED))
    expect(lines.filter(has_text=journey.words("Together"))).to_contain_text(crm.money(exports.CLOSED + exports.MOVED))
    left_out = page.locator("#explain tr.is-left-out")
    expect(left_out.filter(has_text=exports.OLD_DEAL)).to_contain_text(journey.says(REASONS["date_outside"]))
    expect(left_out.filter(has_text=exports.LOST_DEAL)).to_be_visible()
    page.keyboard.press("Escape")


def moves_a_deal_out_of_the_period(journey: Journey, plan: str) -> None:
    """From the explanation to the deal, where a day of last year is entered; the plan no longer holds it, and says why."""
    page = journey.page
    page.locator("#kpi-won").click()
    page.locator("#explain").get_by_role("link", name=exports.MOVED_DEAL).click()
    expect(journey.heading).to_have_text(exports.MOVED_DEAL)
    journey.looks()
    deal = page.url.rstrip("/").rpartition("/")[2]
    expect(journey.link(journey.address("plans:detail", plan))).to_be_visible()
    journey.follows(journey.address("deals:edit", deal))
    page.locator("#id_close_date").fill(f"{clock.today().year - 1}-03-13")
    page.locator("main form button[type=submit]").click()
    journey.arrives(journey.address("deals:detail", deal))
    expect(journey.link(journey.address("plans:detail", plan))).to_be_hidden()
    journey.goes_to("plans:detail", plan)


def prints_the_same_figures_on_one_page(journey: Journey) -> None:
    page = journey.page
    link = page.locator('a.btn[href$="/one-page/"]')
    answer = page.request.get(link.get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"
    pdf = answer.body()
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    printed = text_of(pdf)
    for kpi in ("target", "won", "forecast", "variance"):
        shown = page.locator(f"#kpi-{kpi}").get_attribute("title") or ""
        assert shown
        assert plain(shown) in printed
