"""The gallery in a real browser: no accessibility finding, and every overlay by keyboard and without script."""

import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, Page, ViewportSize

from tests.support.browser import AXE, DESK, PHONE, RULES

# The number stays in sight, all of the box as well; a name without a space pushes nothing out of it.
PLACED = """() => {
  const [box, number] = [document.querySelector("#explain"), document.querySelector("[data-explain][aria-expanded=true]")];
  const [top, bottom] = [box.getBoundingClientRect().top, box.getBoundingClientRect().bottom];
  box.querySelector("tbody td").textContent = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamte";
  return [
    top < number.getBoundingClientRect().bottom && "it covers its number",
    bottom > innerHeight && "it goes on below the window",
    box.scrollWidth > box.clientWidth && "amounts are pushed out",
  ].filter(Boolean);
}"""


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives
        """Requests are no news here."""


class Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The product without any database: the gallery needs none, and pytest-django refuses one here."""
    handler = StaticFilesHandler(get_wsgi_application())
    with make_server("127.0.0.1", 0, handler, server_class=Threaded, handler_class=Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def opened(browser: Browser, address: str, size: ViewportSize = DESK, *, theme: str = "light", script: bool = True) -> Page:
    context = browser.new_context(viewport=size, java_script_enabled=script, bypass_csp=script)
    context.add_cookies([{"name": "keystead_theme", "value": theme, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/gallery")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_in_the_gallery(browser: Browser, address: str, size: ViewportSize, theme: str) -> None:
    page = opened(browser, address, size, theme=theme)
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"axe.run({RULES})")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_a_number_opens_its_explanation_by_keyboard_and_gives_the_focus_back(browser: Browser, address: str) -> None:
    page = opened(browser, address, {"width": 1440, "height": 520})  # below the number there is not room for all of it
    forecast = page.locator("a.kpi", has_text="Forecast").first
    forecast.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#explain .explain-title")
    assert "3,578,420.00" in page.locator("#explain").inner_text()
    assert forecast.get_attribute("aria-expanded") == "true"
    assert page.evaluate(PLACED) == []
    page.keyboard.press("Escape")
    assert not page.locator("#explain").is_visible()
    assert page.evaluate("document.activeElement.textContent").split()[0] == "Forecast"


def test_on_a_phone_the_explanation_is_a_sheet_at_the_bottom(browser: Browser, address: str) -> None:
    page = opened(browser, address, PHONE)
    page.locator("a.kpi").first.click()
    page.wait_for_selector("#explain .explain-title")
    page.wait_for_function(
        """([width, height]) => {
          const box = document.querySelector("#explain").getBoundingClientRect();
          return Math.round(box.left) === 0 && Math.round(box.width) === width && Math.round(box.bottom) === height;
        }""",
        arg=[PHONE["width"], PHONE["height"]],
    )


def test_without_script_menus_navigation_and_explanations_still_work(browser: Browser, address: str) -> None:
    page = opened(browser, address, PHONE, script=False)
    page.click(".side-open")
    assert page.locator("#side").get_by_text("Portfolio").is_visible()
    page.keyboard.press("Escape")
    page.click(".member")
    assert page.get_by_role("button", name="Sign out").is_visible()
    page.keyboard.press("Escape")
    page.locator("a.kpi").first.click()
    assert page.locator(".explain-title").first.is_visible()


def test_the_theme_switch_changes_the_page_and_stays(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    page.click(".member")
    page.get_by_text("Dark", exact=True).click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 22, 21)"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "keystead-dark"


def test_the_page_obeys_its_own_content_security_policy(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto(f"{address}/gallery")
    page.locator("a.kpi").first.click()
    page.wait_for_selector("#explain .explain-title")
    assert said == []
