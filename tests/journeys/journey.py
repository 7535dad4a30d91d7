"""A person at the browser. Every page that she comes to is listened to and looked at from a phone as well."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from keystead.data.models import User
from tests.support.browser import DESK, PHONE
from tests.support.world import PASSWORD

PATIENCE_MS = 30_000  # for every click, address and expectation: machines that test are often busy
expect.set_options(timeout=PATIENCE_MS)
# Chromium's words for a request that the page itself gave up: it was left, or the answer became a download.
GIVEN_UP = "net::ERR_ABORTED"
IS_FOCUSED = "element => element === document.activeElement"
IS_MARKED = """element => {
  const style = getComputedStyle(element);
  return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""
LOCALES = {"en": "en-GB", "pt-br": "pt-BR", "es": "es-ES"}


class Opens(Protocol):
    def __call__(self, *, language: str = "en", script: bool = True, **options: Any) -> "Journey": ...


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Opens]:
    """Yields a function that opens the product in a fresh browser profile; checks each of them at the end."""
    begun: list[Journey] = []

    def opens(*, language: str = "en", script: bool = True, **options: Any) -> Journey:
        usual: dict[str, Any] = {
            "base_url": address,
            "locale": LOCALES[language],
            "viewport": DESK,
            "java_script_enabled": script,
        }
        context = browser.new_context(**usual | options)
        context.set_default_timeout(PATIENCE_MS)
        begun.append(Journey(context, language, address))
        return begun[-1]

    yield opens
    complaints = [complaint for each in begun for complaint in each.complaints]
    for each in begun:
        each.context.close()
    assert not complaints, "\n".join(complaints)


class Journey:
    """`page` is Playwright's; the methods are steps that end only when the page they lead to is there and sound."""

    def __init__(self, context: BrowserContext, language: str, origin: str) -> None:
        self.context, self.language, self.origin = context, language, origin
        self.slug = ""
        self.complaints: list[str] = []
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("requestfailed", self._on_failure)
        context.on("response", self._on_response)
        self.page: Page = context.new_page()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text} ({self.page.url})")

    def _on_failure(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self.complaints.append(f"request: {request.url} {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"answer: {response.status} {response.url}")

    # Where things are

    def address(self, name: str, *args: Any) -> str:
        """The path of a page by its URL name, in the workspace once there is one."""
        return reverse(name, args=[self.slug, *args] if self.slug else args)

    def words(self, message: str) -> str:
        """The sentence as the page has it in this language."""
        with translation.override(self.language):
            return translation.gettext(message)

    def says(self, text: Any) -> str:
        """A lazily translated text in her language."""
        with translation.override(self.language):
            return str(text)

    def link(self, path: str) -> Locator:
        return self.page.locator(f'a[href="{path}"]:visible').first

    def button(self, message: str) -> Locator:
        return self.page.get_by_role("button", name=self.words(message), exact=True)

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    # Steps

    def goes_to(self, name: str, *args: Any) -> None:
        self.page.goto(self.address(name, *args))
        self.arrives(self.address(name, *args))

    def follows(self, path: str) -> None:
        """Clicks the link to the path."""
        self.link(path).click()
        self.arrives(path)

    def arrives(self, path: str | re.Pattern[str]) -> None:
        """Waits for the page at this path (its query may be anything unless it is named), and looks at it."""
        pattern = path if isinstance(path, re.Pattern) else re.compile(f"{re.escape(path)}(\\?.*)?(#.*)?$")
        self.page.wait_for_url(re.compile(f"^https?://[^/]+{pattern.pattern}"))
        self.looks()

    def arrives_at_plan(self) -> str:
        """Waits for any plan's page; its id."""
        self.arrives(re.compile(re.escape(self.address("plans:list")) + "[0-9a-f-]{36}/$"))
        return self.page.url.rstrip("/").rpartition("/")[2]

    def looks(self) -> None:
        """The page is in her language and no wider than a phone."""
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)
        expect(self.heading).to_be_visible()
        self.page.set_viewport_size(PHONE)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(DESK)
        if width > PHONE["width"]:
            self.complaints.append(f"sideways: {width} px at {self.page.url}")

    def signs_in(self, email: str, slug: str) -> None:
        """From the front door, by the form."""
        self.page.goto("/")
        self.arrives(reverse("account_login"))
        expect(self.heading).to_have_text(self.words("Sign in"))
        self.page.get_by_label(self.words("E-mail"), exact=True).fill(email)
        self.page.locator("input[type=password]").fill(PASSWORD)
        self.button("Sign in").click()
        self.slug = slug
        self.arrives(self.address("workspace_home"))

    def is_signed_in_as(self, user: User) -> None:
        """Without the form, for what comes after."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.origin}])

    def tabs_to(self, target: Locator, *, most: int = 80) -> None:
        """Presses Tab until the target has the focus, which must be visible there."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if target.evaluate(IS_FOCUSED):
                assert target.evaluate(IS_MARKED), f"the focus cannot be seen on {target}"
                return
        raise AssertionError(f"{most} times Tab did not reach {target}")
