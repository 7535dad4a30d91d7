"""Catalogues: compiled here, because GNU gettext may not be installed; compared with the sources by the checks."""

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
TRANSLATED = ("pt_BR", "es")
_CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}


def compile_catalogues(locale: Path) -> list[Path]:
    """Writes each .mo that is older than its .po; returns what it wrote."""
    stale = [path for path in sorted(locale.glob("*/LC_MESSAGES/*.po")) if _is_stale(path)]
    if not stale:
        return []
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for path in stale:
        with path.open("rb") as source:
            catalogue = read_po(source, abort_invalid=True)
        aside = path.with_suffix(".mo.new")
        with aside.open("wb") as target:
            write_mo(target, catalogue)
        aside.rename(path.with_suffix(".mo"))
    return stale


def _is_stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime


def gaps() -> list[str]:
    """One sentence for every text of the sources that a catalogue lacks, leaves empty or marks as fuzzy. Needs xgettext."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "keystead"
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__", "static", "migrations"))
        for language in TRANSLATED:
            (copy / "locale" / language / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
        _extract(copy)
        return uncollected(SOURCE) + [
            gap for language in TRANSLATED for gap in _gaps_in(copy / "locale" / language / "LC_MESSAGES" / "django.po")
        ]


def uncollected(folder: Path) -> list[str]:
    """One sentence for every text within an f-string: xgettext does not look into these, so it would stay English for all."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(string, ast.JoinedStr):
                continue
            calls = (each for each in ast.walk(string) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name))
            found += [
                f"in an f-string, where no text is collected: {ast.unparse(call)} ({path.relative_to(folder)}:{call.lineno})"
                for call in calls
                if call.func.id in _CALLS  # type: ignore[attr-defined]
            ]
    return found


def _extract(copy: Path) -> None:
    languages = [part for language in TRANSLATED for part in ("-l", language)]
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--no-obsolete", "--no-wrap", *languages],
        cwd=copy, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"The texts could not be collected: {done.stderr.strip()}")


def _gaps_in(path: Path) -> list[str]:
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file)
    language = path.parent.parent.name
    found = []
    for message in catalogue:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        where = ":".join(str(part) for part in message.locations[0]) if message.locations else "?"
        name = repr(message.id if isinstance(message.id, str) else message.id[0])
        if message.fuzzy:
            found.append(f"{language}: fuzzy: {name} ({where})")
        elif not all(texts):
            found.append(f"{language}: not translated: {name} ({where})")
        elif _placeholders(message.id) != _placeholders(message.string):
            found.append(f"{language}: other placeholders than the source: {name} ({where})")
    return found


def _placeholders(texts: object) -> set[str]:
    joined = " ".join(str(text) for text in texts) if isinstance(texts, (tuple, list)) else str(texts)
    return set(re.findall(r"%\([a-z_A-Z0-9]+\)[sd]|\{[a-z_A-Z0-9]*\}", joined))


def main() -> int:
    if shutil.which("xgettext") is None:
        print("xgettext is missing: install the system package gettext (Debian: apt-get install gettext).")
        return 1
    found = gaps()
    print("\n".join(found[:200]) or "All texts are translated.")
    if len(found) > 200:
        print(f"… and {len(found) - 200} more")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
