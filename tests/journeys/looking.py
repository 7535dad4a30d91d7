"""What is measured on a page as it stands in the browser. Each function answers with the findings as sentences."""

from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from tests.support.browser import AXE, DESK, PHONE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a narrow window may change: other controls show, and they lie closer together.
BY_WIDTH = "target-size scrollable-region-focusable button-name link-name label aria-hidden-focus page-has-heading-one".split()
# Wide, between the breakpoints (1440 at 150 % zoom), and 1280 at 400 %, which no phone is narrower than. Styles differ below 360
# in lists alone, which are looked at on a phone as well; 1440 at 200 % zoom meets the same styles with more room than these.
BETWEEN: ViewportSize = {"width": 900, "height": 600}
REFLOWED: ViewportSize = {"width": 320, "height": 640}
HAS_GRID = "Boolean(document.querySelector('table[data-table]'))"
MEASURES = (Path(__file__).parent / "measures.js").read_text()

# Rows of a list are drawn by the same code: those after the sixth only cost time.
FEW_ROWS = "document.querySelectorAll('tbody tr:nth-child(n + 7)').forEach((row) => row.remove())"
IN_THE_DARK = "measures.theme('keystead-dark')"
IN_THE_LIGHT = "measures.theme('keystead-light')"
# The window is narrow before the page has laid itself out for it. Then the same with the spacing that a reader may set.
BOXES = """async () => {
  for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
  const plain = measures.boxes();
  measures.spaced(true);
  const spaced = measures.boxes();
  measures.spaced(false);
  return [...plain, ...spaced.filter((one) => !plain.includes(one)).map((one) => `text spaced, ${one}`)];
}"""


def prepare(page: Page) -> None:
    """From here on nothing moves, not even a colour, so that nobody waits for it."""
    page.evaluate(f"{AXE.read_text()};{MEASURES};{FEW_ROWS};measures.still()")


def axe(page: Page, *, rules: list[str] | None = None, off: tuple[str, ...] = (), within: str = "") -> list[str]:
    """What axe finds: all of WCAG 2.2 AA and best practice, or only the rules named; in all that the selector finds."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    options = {"runOnly": only, "resultTypes": ["violations"], "rules": {name: {"enabled": False} for name in off}}
    found: list[str] = page.evaluate(
        """async ([where, options]) => {
          const context = where ? [...document.querySelectorAll(where)] : document;
          return (await axe.run(context, options)).violations
            .map((one) => `axe ${one.id}: ${one.nodes.length} x ${one.nodes[0].html.slice(0, 200)}`);
        }""",
        [within, options],
    )
    return found


def contrast(page: Page, known: set[str]) -> list[str]:
    """What axe says of colours, of each painting once: half of axe's time went into saying the same of the same colours."""
    fresh = page.evaluate("known => measures.fresh(known)", list(known))
    known.update(fresh)
    return axe(page, rules=["color-contrast"], within="[data-fresh]") if fresh else []


def sized(page: Page, size: ViewportSize) -> list[str]:
    """At this size nothing makes the page scroll sideways and no text is cut off without being told in full elsewhere."""
    if page.viewport_size != size:
        page.set_viewport_size(size)
    return [f"{size['width']} px, {finding}" for finding in page.evaluate(BOXES)]


def looked_at(page: Page, known: set[str]) -> list[str]:
    """Everything about one page, with one load: axe in both themes and at both ends of width, zoom, reflow, spaced text, motion.

    The page holds MEASURES. known: the paintings that were asked about before (see `contrast`); this page's are added.
    """
    found: list[str] = list(page.evaluate("measures.moving()"))
    prepare(page)
    found += axe(page, off=("color-contrast",)) + contrast(page, known) + sized(page, DESK)
    page.evaluate(IN_THE_DARK)
    found += [f"dark, {one}" for one in contrast(page, known)]
    page.evaluate(IN_THE_LIGHT)
    narrow = [BETWEEN, PHONE, REFLOWED] if page.evaluate(HAS_GRID) else [BETWEEN, REFLOWED]
    found += [finding for size in narrow for finding in sized(page, size)]
    return found + [f"narrow, {one}" for one in axe(page, rules=BY_WIDTH)]
