"""Memory of each process after work: every page and a few API lists ten times, an import in the worker.

    python -m bench.memory

RSS counts shared pages in each process, PSS divides them among those who share them: only PSS can be added up.
PostgreSQL is counted when it is the embedded one. Linux only.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from bench.api import token
from bench.client import Client
from bench.cpu import below, parent
from bench.generate import PASSWORD
from bench.pages import addresses
from bench.place import DATA, SLUG, databases, environment
from bench.product import Product, running
from bench.table import Cell, draw

HEADS = ("process", "RSS MB", "PSS MB")
ROUNDS = 10


def measure(url: str) -> list[list[Cell]]:
    with running(environment(url, "owner"), DATA / "run", "--no-demo") as product:
        _work(product, token(url, "owner"))
        found = [*_of_product(product.pid), *_of_database()]
    whole = sum(float(row[2] or 0) for row in found)
    serving = sum(float(row[2] or 0) for row in found if str(row[0]).startswith("web"))
    return [*found, ["all serving processes (web)", None, serving], ["all", None, whole]]


def _work(product: Product, key_of_api: str) -> None:
    person, program = Client(product.port), Client(product.port, key_of_api)
    person.sign_in(f"owner@{SLUG}.bench.example", PASSWORD)
    for _ in range(ROUNDS):
        for path in addresses().values():
            person.ask(path)
        for path in ("/deals?limit=500", "/accounts?limit=500", "/plans"):
            program.ask(f"/api/v1{path}")
    _import(program)


def _import(program: Client) -> None:
    """20,000 rows read and compared by the worker; nothing is committed."""
    rows = "".join(f"Z-{n};Bench account {n};Energy\n" for n in range(20_000))
    mark = uuid4().hex
    head = f"--{mark}\r\nContent-Disposition: form-data; name="
    body = f'{head}"kind"\r\n\r\naccounts\r\n{head}"options"\r\n\r\n{{}}\r\n'
    body += f'{head}"file"; filename="accounts.csv"\r\n\r\nID;Name;Industry\n{rows}\r\n--{mark}--\r\n'
    kind = f"multipart/form-data; boundary={mark}"
    answer = program.ask("/api/v1/imports", method="POST", body=body.encode(), Content_Type=kind)
    if answer.status >= 300:
        raise SystemExit(f"The import gave {answer.status}: {answer.body[:300]!r}")
    for _ in range(300):
        if program.ask(f"/api/v1/imports/{answer.json()['id']}").json()["state"] in ("previewed", "failed"):
            return
        time.sleep(0.2)
    raise SystemExit("The worker did not read the import within a minute.")


def _of_product(pid: int) -> Iterator[list[Cell]]:
    names = {" web ": "web server", " worker": "worker", " run ": "supervisor"}
    for each in [pid, *below(pid)]:
        command = _command(each)
        name = next(
            (name for sign, name in names.items() if sign in command), "web server" if "granian" in command else command[:30]
        )
        if name == "web server" and "web" in _command(parent(each)).split():
            name = "web worker"
        yield [name, *_memory(each)]


def _of_database() -> Iterator[list[Cell]]:
    """The embedded server and its sessions, together."""
    note = DATA / "postgres" / "postmaster.pid"
    if os.environ.get("DATABASE_URL") or not note.exists():
        return
    first = int(note.read_text().split("\n", 1)[0])
    sizes = [_memory(each) for each in [first, *below(first)]]
    yield [f"PostgreSQL ({len(sizes)} processes)", None, sum(pss for _, pss in sizes)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _memory(pid: int) -> tuple[float, float]:
    sizes = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    rss, pss = (int(sizes[name].split()[0]) / 1024 for name in ("Rss", "Pss"))
    return rss, pss


def main() -> None:
    with databases(1) as urls:
        print(draw(HEADS, measure(urls[1])))


if __name__ == "__main__":
    main()
