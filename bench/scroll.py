"""A list read down to its ten-thousandth row in Chromium: how it answers there, and what it weighs, beside its first rows.

    python -m bench.scroll

Frames are drawn by the processor here (no graphics card), so compare the lines with one another.
"""

from typing import Any

from bench.browser import browsing
from bench.pages import addresses
from bench.place import databases
from bench.server import serving
from bench.table import Cell, draw

HEADS = ("list", "rows passed", "rows in the page", "MB of script's memory", "frame ms", "slowest of 60 ms", "arrow key ms")
LISTS = ("deals", "accounts")
STEPS = (50, 1_000, 5_000, 10_000)

# Scrolls until so many rows have been passed; a body that was put away counts with the rows that it held.
_DOWN = """async wanted => {
  const frame = document.querySelector('.grid-scroll');
  const height = document.querySelector('.grid-table tbody tr').getBoundingClientRect().height;
  const passed = () => Math.round(frame.scrollHeight / height);
  for (let still = 0; passed() < wanted && still < 400; still++) {
    const before = passed();
    frame.scrollTop = frame.scrollHeight;
    await new Promise(done => setTimeout(done, 25));
    if (passed() > before) still = 0;
  }
  return passed();
}"""
_FRAMES = """async () => {
  const frame = document.querySelector('.grid-scroll');
  const taken = [];
  let last = await new Promise(requestAnimationFrame);
  for (let at = 0; at < 60; at++) {
    frame.scrollTop -= 120;
    const now = await new Promise(requestAnimationFrame);
    taken.push(now - last);
    last = now;
  }
  return taken.sort((one, other) => one - other);
}"""
_KEY = """async () => {
  const frame = document.querySelector('.grid-scroll').getBoundingClientRect();
  const cell = document.elementFromPoint(frame.left + 400, frame.top + 200).closest('td');
  const taken = [];
  cell.tabIndex = 0;
  cell.focus();
  for (let at = 0; at < 9; at++) {
    const begun = performance.now();
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', bubbles: true, cancelable: true}));
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    taken.push(performance.now() - begun);
  }
  return taken.sort((one, other) => one - other)[4];
}"""
_WEIGHT = "() => [document.querySelectorAll('.grid-table tbody tr').length, performance.memory.usedJSHeapSize / 1e6]"


def measure(port: int) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    with browsing(port) as (browser, base, state):
        for name in LISTS:
            page = browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900}).new_page()
            page.goto(base + addresses()[name], wait_until="load")
            rows += [[name, *_at(page, wanted)] for wanted in STEPS]
            page.context.close()
    return rows


def _at(page: Any, wanted: int) -> list[Cell]:
    passed = page.evaluate(_DOWN, wanted)
    page.wait_for_timeout(500)
    frames = page.evaluate(_FRAMES)
    shown, memory = page.evaluate(_WEIGHT)
    return [passed, shown, float(memory), float(frames[30]), float(frames[-1]), float(page.evaluate(_KEY))]


def main() -> None:
    with databases(1) as urls, serving(urls[1]) as (port, _):
        print(draw(HEADS, measure(port)))


if __name__ == "__main__":
    main()
