"""Every bench in turn; writes docs/reference/performance.md: what was aimed at, what was measured, and every table.

python -m bench.all [--without growth,imports]
"""

import argparse
import os
import platform
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import aims
from bench.setting import ROOT

PAGE = ROOT / "docs" / "reference" / "performance.md"
BENCHES = {
    "pages": "Pages",
    "pages --who alice": "Pages, as an account manager",
    "api": "API",
    "find": "Finding",
    "pdf": "PDF",
    "imports": "Import of 100,000 deals",
    "memory": "Memory",
    "startup": "Start",
    "weight": "Weight of a page",
    "scroll": "Ten thousand rows in the browser",
    "live": "Open pages that are told of changes",
    "growth": "Ten times the data",
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without", default="", help="benches to leave out, with commas")
    given = parser.parse_args(arguments)
    tables = {name: _run(name) for name in BENCHES if name not in given.without.split(",")}
    PAGE.write_text(_page(tables), encoding="utf-8")
    print(f"\nWritten to {PAGE.relative_to(ROOT)}")


def _run(name: str) -> str:
    """The table that a bench prints. Each has a process of its own, so that none leaves anything to the next."""
    begun = time.monotonic()
    command = [sys.executable, "-m", *f"bench.{name}".split()]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"bench.{name} failed.")
    print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return "\n".join(line for line in done.stdout.splitlines() if line.startswith("|"))


def _page(tables: dict[str, str]) -> str:
    day = datetime.now(UTC).date().isoformat()
    python = platform.python_version()
    if "--enable-optimizations" not in (sysconfig.get_config_var("CONFIG_ARGS") or ""):
        python += " (built without profile-guided optimization, which those of distributions have)"
    cores, load = os.cpu_count() or 1, os.getloadavg()[2]
    told = (
        f"Measured on {day} with {cores} processor cores for everything (database, server and client), Python {python};"
        f" load {load:.1f}."
    )
    shown = aims.table(tables, is_busy=load > cores)
    words = Path(__file__).with_name("page.md").read_text(encoding="utf-8").format(measured=told, aims=shown)
    return words + "".join(f"\n## {BENCHES[name]}\n`python -m bench.{name}`\n\n{table}\n" for name, table in tables.items())


if __name__ == "__main__":
    main()
