"""The map in docs/ shows the house as it stands: every room and every folder in it is named, and every way leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "src" / "keystead"
ROOMS = sorted(folder.name for folder in HOUSE.iterdir() if (folder / "__init__.py").exists())
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
QUOTED = re.compile(r"`([^`\n]+)`")
MODULE = re.compile(rf"(?:{'|'.join(ROOMS)})/[\w/]+(?:\.py|/)")


def folders(room: str) -> set[str]:
    return {path.name for path in (HOUSE / room).iterdir() if path.is_dir() and path.name != "__pycache__"}


def page_of(room: str) -> str:
    return (ROOT / "docs" / "rooms" / f"{room}.md").read_text()


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_its_page_which_names_every_folder_in_it(room: str) -> None:
    assert f"[`{room}/`](rooms/{room}.md)" in (ROOT / "docs" / "README.md").read_text()
    named = {part.strip("/") for part in QUOTED.findall(page_of(room))}
    assert folders(room) - named == set()


@pytest.mark.parametrize("room", ROOMS)
def test_what_the_page_of_a_room_names_stands_in_it(room: str) -> None:
    files = [part for part in QUOTED.findall(page_of(room)) if re.fullmatch(r"\w+\.py", part)]
    assert [file for file in files if not (list((HOUSE / room).rglob(file)))] == []


def test_no_page_tells_of_a_room_that_is_gone() -> None:
    assert sorted(path.stem for path in (ROOT / "docs" / "rooms").glob("*.md")) == ROOMS


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_module_that_is_named_exists(page: Path) -> None:
    named = [part for part in QUOTED.findall(page.read_text()) if MODULE.fullmatch(part)]
    assert [part for part in named if not (HOUSE / part).exists() and not (ROOT / "src" / part).exists()] == []


def test_every_page_can_be_reached_from_the_map() -> None:
    start = ROOT / "docs" / "README.md"
    seen, ahead = set[Path](), [start]
    while ahead:
        page = ahead.pop().resolve()
        if page not in seen and page.suffix == ".md" and page.exists():
            seen.add(page)
            ahead += [page.parent / link for link in LINK.findall(page.read_text())]
    assert [name(page) for page in (ROOT / "docs").rglob("*.md") if page.resolve() not in seen] == []
