"""How long the product takes to answer: the first start (database made, migrated, demo loaded) and a restart.

    python -m bench.startup

With the Python environment and the browser's assets in place, as after one `bin/run`.
"""

import tempfile
from pathlib import Path

from bench.product import bare_environment, running
from bench.table import Cell, draw

HEADS = ("start", "seconds")


def measure() -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    with tempfile.TemporaryDirectory(prefix="keystead-bench-") as folder:
        data = Path(folder) / "data"
        for name in ("first start, with the demo workspace", "restart"):
            with running(bare_environment(), data) as product:
                rows.append([name, product.ready_after])
    return rows


def main() -> None:
    print(draw(HEADS, measure()))


if __name__ == "__main__":
    main()
