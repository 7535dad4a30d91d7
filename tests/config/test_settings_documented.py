"""docs/reference/settings.md says what the code reads: neither more nor less, and with the same defaults."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "src/keystead/config"
PAGE = ROOT / "docs/reference/settings.md"
NAME = re.compile(r"(?:KEYSTEAD_[A-Z_]+|DATABASE_URL|EMAIL_URL)")


def documented() -> list[tuple[str, str]]:
    """(variable, default) of every line of the tables, in their order."""
    return re.findall(rf"^\| `({NAME.pattern})` \| (?:`([^|]*)`)? ?\|", PAGE.read_text(), re.MULTILINE)


def read_by_settings() -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse((CONFIG / "settings.py").read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("env."):
            first = node.args[0]
            if isinstance(first, ast.Constant):
                yield first.value, written(next(ast.literal_eval(word.value) for word in node.keywords))


def written(default: object) -> str:
    if isinstance(default, list):
        return ",".join(default)
    return str(default).lower() if isinstance(default, bool) else str(default)


def read_elsewhere() -> Iterator[str]:
    """What other code looks up in the environment, and the scripts in `bin/` as shell variables."""
    for path in (ROOT / "src/keystead").rglob("*.py"):
        yield from re.findall(rf"environ(?:\.get\(|\.setdefault\(|\[)\"({NAME.pattern})\"", path.read_text())
    for path in (ROOT / "bin").iterdir():
        yield from re.findall(rf"\$\{{?({NAME.pattern})\b", path.read_text())


def test_every_variable_that_is_read_is_documented_and_no_other() -> None:
    names = [name for name, _default in documented()]
    assert len(names) == len(set(names))
    assert set(names) == {name for name, _default in read_by_settings()} | set(read_elsewhere())


def test_the_documented_defaults_are_the_real_ones() -> None:
    told = dict(documented())
    real = dict(read_by_settings())
    assert len(real) > 10
    assert {name: told[name] for name in real} == real


def test_the_web_servers_defaults_are_the_documented_ones() -> None:
    told = dict(documented())
    source = "".join((CONFIG / name).read_text() for name in ("web_server.py", "serving.py"))
    real = dict(re.findall(r'environ\.get\("(KEYSTEAD_WEB_[A-Z]+)"\) or (\d+)', source))
    assert real == {name: told[name] for name in ("KEYSTEAD_WEB_WORKERS", "KEYSTEAD_WEB_THREADS")}
