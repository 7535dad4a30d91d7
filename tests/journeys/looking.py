"""What is measured on a page as it stands in the browser. Each function answers with the findings as sentences."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize

from tests.support.browser import AXE, DESK, PHONE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a narrow window may change: other controls show, and they lie closer together.
BY_WIDTH = "target-size scrollable-region-focusable button-name link-name label aria-hidden-focus page-has-heading-one".split()
ZOOMED: ViewportSize = {"width": 720, "height": 450}  # 1440 by 900 at 200 %
REFLOWED: ViewportSize = {"width": 320, "height": 640}  # 1280 at 400 %
MEASURES = (Path(__file__).parent / "measures.js").read_text()

# Rows of a list are drawn by the same code: those after the sixth only cost time.
FEW_ROWS = "document.querySelectorAll('tbody tr:nth-child(n + 7)').forEach((row) => row.remove())"
SETTLED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"
IN_THE_DARK = "measures.theme('keystead-dark')"
IN_THE_LIGHT = "measures.theme('keystead-light')"


def prepare(page: Page) -> None:
    page.evaluate(AXE.read_text())
    page.evaluate(MEASURES)
    page.evaluate(FEW_ROWS)


def axe(page: Page, *, rules: list[str] | None = None, off: tuple[str, ...] = (), within: str = "") -> list[str]:
    """What axe finds: all of WCAG 2.2 AA and best practice, or only the rules named."""
    options = {"runOnly": rules or RULES, "resultTypes": ["violations"], "rules": {name: {"enabled": False} for name in off}}
    if rules:
        options = {"runOnly": {"type": "rule", "values": rules}, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("([where, options]) => axe.run(where || document, options)", [within, options])
    return [f"axe {one['id']}: {len(one['nodes'])} x {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


def sized(page: Page, size: ViewportSize) -> list[str]:
    """At this size nothing makes the page scroll sideways and no text is cut off without being told in full elsewhere."""
    page.set_viewport_size(size)
    page.evaluate(SETTLED)  # the window is narrow before the page has laid itself out for it
    return [f"{size['width']} px, {finding}" for finding in page.evaluate("measures.boxes()")]


def looked_at(page: Page) -> list[str]:
    """Everything about one page, with one load: axe in both themes and at both widths, zoom, reflow, spacing, forced colours."""
    prepare(page)
    found = axe(page) + sized(page, DESK)
    page.evaluate(IN_THE_DARK)
    found += [f"dark, {one}" for one in axe(page, rules=["color-contrast"])]
    page.evaluate(IN_THE_LIGHT)
    found += sized(page, ZOOMED) + sized(page, REFLOWED) + sized(page, PHONE)
    found += [f"phone, {one}" for one in axe(page, rules=BY_WIDTH)]
    page.evaluate("measures.spaced(true)")
    found += [f"text spaced, {one}" for one in sized(page, PHONE) + sized(page, DESK)]
    page.evaluate("measures.spaced(false)")
    return found + page.evaluate("measures.moving()")
