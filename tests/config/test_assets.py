"""What is built before a start is built only when its inputs changed."""

import os
from pathlib import Path

import pytest

from keystead.config import assets, translations

PO = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#: web/plans.py:3
msgid "Plan"
msgstr "Plano"

#: web/plans.py:4
msgid "Deal"
msgstr ""

#: web/plans.py:5
#, fuzzy
msgid "Account"
msgstr "Contato"

#: web/plans.py:6
#, python-format
msgid "%(n)s deal"
msgid_plural "%(n)s deals"
msgstr[0] "%(n)s negócio"
msgstr[1] "negócios"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a browser part, where npm only writes down how it was called."""
    for name, path in {"PROJECT": ".", "FRONTEND": "frontend", "WEB": "web", "OUTPUT": "web/static/build"}.items():
        (tmp_path / path).mkdir(parents=True, exist_ok=True)
        monkeypatch.setattr(assets, name, tmp_path / path)
    monkeypatch.setattr(assets, "STAMP", tmp_path / "frontend/node_modules/.keystead.json")
    (tmp_path / "frontend/package.json").write_text("{}")
    (tmp_path / "frontend/package-lock.json").write_text("{}")
    (tmp_path / "web/plan.html").write_text('<p class="text-won">')

    def npm(*arguments: str) -> None:
        (tmp_path / "frontend/node_modules").mkdir(exist_ok=True)
        with (tmp_path / "calls").open("a") as calls:
            calls.write(f"{arguments[0]}\n")

    monkeypatch.setattr(assets, "_npm", npm)
    return tmp_path


def calls(project: Path) -> list[str]:
    """What npm was asked to do since the last look."""
    note = project / "calls"
    said = note.read_text().split() if note.exists() else []
    note.unlink(missing_ok=True)
    return said


def test_assets_are_built_once_and_again_when_a_template_or_a_package_changes(project: Path) -> None:
    assets.build_assets()
    assert calls(project) == ["ci", "run"]
    assets.build_assets()
    assert calls(project) == []
    (project / "web/plan.html").write_text('<p class="text-lost">')
    assert not assets.are_current()
    assets.build_assets()
    assert calls(project) == ["run"]
    (project / "frontend/package-lock.json").write_text('{"version": 2}')
    assets.build_assets()
    assert calls(project) == ["ci", "run"]
    assert assets.are_current()


def test_a_build_that_is_cut_off_is_done_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(*arguments: str) -> None:
        if arguments[0] == "run":
            raise assets.BuildFailed("no space left")

    npm = assets._npm
    (project / "frontend/node_modules").mkdir()
    monkeypatch.setattr(assets, "_npm", cut_off)
    with pytest.raises(assets.BuildFailed, match="no space left"):
        assets.build_assets()
    monkeypatch.setattr(assets, "_npm", npm)
    assets.build_assets()
    assert calls(project) == ["run"]


def test_an_installed_package_brings_its_assets_built(project: Path) -> None:
    (project / "frontend/package-lock.json").unlink()
    assets.build_assets()
    assert calls(project) == []


def test_catalogues_are_compiled_when_they_are_newer(tmp_path: Path) -> None:
    folder = tmp_path / "pt_BR" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_text(PO)
    assert translations.compile_catalogues(tmp_path) == [source]
    assert translations.compile_catalogues(tmp_path) == []
    compiled = (folder / "django.mo").read_bytes()
    assert b"Plano" in compiled
    assert b"Contato" not in compiled  # a guess is not shown to anybody
    os.utime(source, (2_000_000_000, 2_000_000_000))
    assert translations.compile_catalogues(tmp_path) == [source]


def test_every_gap_of_a_catalogue_is_named_with_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO)
    assert translations._gaps_in(folder / "django.po") == [
        "es: not translated: 'Deal' (web/plans.py:4)",
        "es: fuzzy: 'Account' (web/plans.py:5)",
    ]


def test_a_text_in_an_f_string_is_told_since_nobody_collects_it(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text('shown = f"<b>{_("More groups")}</b> {name(_x)}"\n')
    assert translations.uncollected(tmp_path) == ["in an f-string, where no text is collected: _('More groups') (page.py:1)"]
