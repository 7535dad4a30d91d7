import hashlib
import io
import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from keystead.documents.fonts import load
from keystead.documents.one_page import CannotPrint, Paper, fingerprint, one_page_pdf
from keystead.documents.values import (
    ActionRow,
    Chip,
    Fact,
    KpiLine,
    ObjectiveRow,
    OnePage,
    StreamRow,
    SwotBlock,
    TargetBar,
)
from tests.documents.pages import (
    AS_OF,
    AURELIA,
    AURELIA_IN_PORTUGUESE,
    AURELIA_IN_SPANISH,
    EMPTY,
    HOSTILE,
    OVERFULL,
    PAGES,
)
from tests.documents.reading import Picture, plain, text_of

SIZES = {"a4": (595, 842), "letter": (612, 792)}
ACCENT, WEIGHTED, PIPELINE = (15, 93, 86), (74, 147, 138), (140, 192, 184)
RED = (179, 54, 43)


@cache  # pages are values: the same page is the same sheet
def pdf_of(page: OnePage, paper: Paper = "a4") -> bytes:
    return one_page_pdf(page, paper=paper)


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", PAGES)
def test_it_is_one_sheet_of_the_paper_asked_for(name: str, paper: Paper) -> None:
    pages = PdfReader(io.BytesIO(pdf_of(PAGES[name], paper))).pages
    box = pages[0].mediabox

    assert len(pages) == 1
    assert (round(float(box.width)), round(float(box.height))) == SIZES[paper]


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", PAGES)
def test_the_margins_stay_white(name: str, paper: Paper) -> None:
    picture = Picture(pdf_of(PAGES[name], paper))
    margin = 70  # 35 points of the 14 mm

    assert picture.is_blank(range(margin), range(picture.height))
    assert picture.is_blank(range(picture.width - margin, picture.width), range(picture.height))
    assert picture.is_blank(range(picture.width), range(picture.height - 40, picture.height))
    assert not picture.is_blank(range(picture.width), range(picture.height - 110, picture.height - 40))


@pytest.mark.parametrize("page", [AURELIA, AURELIA_IN_PORTUGUESE, AURELIA_IN_SPANISH], ids=["en", "pt", "es"])
def test_the_four_sections_and_every_value_are_there_to_select(page: OnePage) -> None:
    text = text_of(pdf_of(page))
    kpis = [word for kpi in (*page.headline, *page.details) for word in (kpi.label, kpi.value, kpi.note)]
    streams = [word for row in page.streams for word in (row.name, row.last_year, row.won, row.forecast)]
    objectives = [word for row in page.objectives for word in (row.title, row.owner, row.due, row.status.text)]
    labels = page.labels

    for word in (
        labels.business_overview, labels.annual_targets, labels.revenue_streams, labels.action_plan,
        page.account, page.plan, page.period, page.owner, page.segment_now, page.segment_target,
        *kpis, *streams, *objectives, *(fact.value for fact in (*page.facts, *page.overview)),
        page.footer.as_of, page.footer.definitions, page.footer.rates, page.footer.hidden,
    ):  # fmt: skip
        assert plain(word) in text, word


def test_text_that_looks_like_code_is_printed_as_it_is() -> None:
    page = replace(AURELIA, overview=(Fact("Notes", HOSTILE),), objectives=(), actions=())

    assert plain(HOSTILE) in text_of(pdf_of(page))


def test_five_thousand_characters_are_clipped_with_an_ellipsis() -> None:
    novel = " ".join(f"word{n}" for n in range(900))[:5000]
    text = text_of(pdf_of(replace(AURELIA, overview=(Fact("Who they are", novel),))))

    assert re.search(r"word0word1.*word\d*…", text)
    assert "word899" not in text


def test_a_figure_is_never_clipped_however_long() -> None:
    text = text_of(pdf_of(OVERFULL))

    assert text.count("R$123.456.789.012.345,67") == 5 + 6 + 5 * 4
    assert text.count("R$999.456.789.012.345,67") == 4


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (AURELIA.labels, "+{n} more"),
        (AURELIA_IN_PORTUGUESE.labels, "+{n} a mais"),
        (AURELIA_IN_SPANISH.labels, "+{n} más"),
    ],
    ids=["en", "pt", "es"],
)
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_lists_that_overflow_say_how_many_more_in_the_readers_language(labels: Any, words: str, paper: Paper) -> None:
    page = replace(
        AURELIA,
        labels=labels,
        swot=SwotBlock(strengths=tuple(f"Strength {n}" for n in range(1, 8))),
        streams=tuple(StreamRow(f"Line {n}", "1", "1", "1", "2") for n in range(1, 101)),
        objectives=tuple(ObjectiveRow(f"Goal {n}", "Ana", "1 May", Chip("Open"), 0.5, "50%") for n in range(1, 10)),
        actions=tuple(ActionRow(f"Deed {n}", "Ana", "2 May") for n in range(1, 1001)),
    )
    text = text_of(pdf_of(page, paper))
    deeds = len(re.findall(r"Deed\d+", text))

    assert len(re.findall(r"Strength\d", text)) == 3
    assert len(re.findall(r"Line\d", text)) == 5
    assert len(re.findall(r"Goal\d", text)) == 5
    assert deeds >= 5
    for left_out in (4, 95, 4, 1000 - deeds):
        assert plain(words.replace("{n}", str(left_out))) in text


def test_a_list_that_just_fits_says_nothing_about_more() -> None:
    page = replace(
        AURELIA,
        swot=SwotBlock(threats=("One", "Two", "Three")),
        streams=tuple(StreamRow(f"Line {n}", "1", "1", "1", "2") for n in range(6)),
        objectives=AURELIA.objectives,
        actions=AURELIA.actions[:4],
    )

    assert "more" not in text_of(pdf_of(page))


def test_an_empty_plan_says_what_is_missing_instead_of_leaving_holes() -> None:
    text = text_of(pdf_of(EMPTY))
    labels = EMPTY.labels

    for said in (
        labels.nothing_overview,
        labels.nothing_streams,
        labels.nothing_objectives,
        labels.nothing_actions,
        labels.no_target,
    ):
        assert plain(said) in text
    assert text.count(plain(labels.nothing_swot)) == 4


def test_the_bar_is_drawn_to_the_given_shares() -> None:
    picture = Picture(pdf_of(AURELIA))
    row = max((list(picture.row(y)) for y in range(picture.height)), key=lambda pixels: pixels.count(WEIGHTED))
    inner = picture.width - 2 * 2 * (14 / 25.4 * 72 + 8)

    for colour, share in ((ACCENT, AURELIA.bar.won), (WEIGHTED, AURELIA.bar.weighted), (PIPELINE, AURELIA.bar.rest)):
        assert row.count(colour) / inner == pytest.approx(share, abs=0.006)


def test_shares_that_make_no_sense_still_draw_one_page() -> None:
    odd = TargetBar(won=-3.0, weighted=float("nan"), rest=9.0, target=float("inf"))
    page = replace(AURELIA, bar=odd)

    assert len(PdfReader(io.BytesIO(pdf_of(page))).pages) == 1
    assert plain(AURELIA.labels.no_target) in text_of(pdf_of(page))


def test_missing_rates_are_named_in_red() -> None:
    missing = ("USD → EUR on 12 Jan 2026", "BRL → EUR on 12 Jan 2026")
    page = replace(AURELIA, footer=replace(AURELIA.footer, missing_rates=missing))

    def red_in_foot(printed: OnePage) -> int:
        picture = Picture(pdf_of(printed))
        return sum(list(picture.row(y)).count(RED) for y in range(picture.height - 110, picture.height))

    assert all(plain(pair) in text_of(pdf_of(page)) for pair in missing)
    assert red_in_foot(page) > 100
    assert red_in_foot(AURELIA) == 0


def test_the_same_values_give_the_same_bytes_in_another_process_too() -> None:
    script = (
        "import hashlib; from tests.documents.pages import AURELIA;"
        "from keystead.documents.one_page import one_page_pdf;"
        "print(hashlib.sha256(one_page_pdf(AURELIA, paper='a4')).hexdigest())"
    )
    paths = [path for path in sys.path if path]
    code = f"import sys; sys.path[:0] = {paths!r}; {script}"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert other.stdout.strip() == hashlib.sha256(pdf_of(AURELIA)).hexdigest()


def test_the_fingerprint_follows_every_value_and_stands_on_the_page() -> None:
    other = replace(AURELIA, headline=(*AURELIA.headline[:4], KpiLine("Achievement", "85.3%")))
    pdf = pdf_of(AURELIA)

    assert fingerprint(other) != fingerprint(AURELIA) == fingerprint(replace(AURELIA))
    assert fingerprint(AURELIA)[:12] in text_of(pdf)
    assert fingerprint(AURELIA) in str((PdfReader(io.BytesIO(pdf)).metadata or {}).get("/Keywords"))


def test_the_file_is_tagged_titled_and_names_its_language() -> None:
    reader = PdfReader(io.BytesIO(pdf_of(AURELIA_IN_PORTUGUESE)))
    catalog = reader.trailer["/Root"]

    assert catalog["/Lang"] == "pt-BR"
    assert catalog["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Aurelia Foods Group – Plano de conta-chave 2026"


def test_hidden_controls_and_broken_characters_do_no_harm() -> None:
    page = replace(AURELIA, account="Aure\x00lia\u202e sdooF\u2069 \ud800Group\n\tLtd", workspace="")

    assert "AureliasdooFGroupLtd" in text_of(pdf_of(page))


@pytest.mark.parametrize(
    ("page", "paper", "code"),
    [
        (AURELIA, "a5", "unknown_paper"),
        (replace(AURELIA, accent="red; #panic()"), "a4", "malformed_colour"),
        (replace(AURELIA, headline=AURELIA.headline * 2), "a4", "too_many_kpis"),
        (replace(AURELIA, details=AURELIA.details * 2), "a4", "too_many_kpis"),
        (replace(AURELIA, as_of_at=AS_OF.replace(tzinfo=None)), "a4", "moment_without_zone"),
    ],
)
def test_what_cannot_be_printed_is_refused_with_its_reason(page: OnePage, paper: Any, code: str) -> None:
    with pytest.raises(CannotPrint) as raised:
        one_page_pdf(page, paper=paper)
    assert raised.value.code == code


def test_a_value_that_was_not_made_into_text_is_refused() -> None:
    with pytest.raises(TypeError, match="no place on a page"):
        pdf_of(replace(AURELIA, owner=Decimal(3)))  # type: ignore[arg-type]


def test_a_brand_brings_its_own_colour() -> None:
    picture = Picture(pdf_of(replace(AURELIA, accent="#7A1FA2")))
    colours = {pixel for y in range(0, picture.height, 3) for pixel in picture.row(y)}

    assert (122, 31, 162) in colours
    assert ACCENT not in colours


words = st.text(max_size=300)
BARE = load([], with_machine_fonts=False)


@settings(max_examples=25, deadline=None)
@given(st.lists(words, min_size=1, max_size=9), words, st.sampled_from(["a4", "letter"]))
def test_any_text_anywhere_makes_exactly_one_sheet(texts: list[str], one: str, paper: Paper) -> None:
    many = tuple(texts)
    page = replace(
        AURELIA,
        account=one, plan=one, workspace=one, owner=one, period=one, segment_now=one, status=Chip(one),
        facts=tuple(Fact(text, text) for text in many),
        overview=tuple(Fact(text, text) for text in many),
        swot=SwotBlock(many, many, many, many),
        headline=tuple(KpiLine(text, text, text) for text in many[:5]),
        streams=tuple(StreamRow(text, text, text, text, text) for text in many),
        objectives=tuple(ObjectiveRow(text, text, text, Chip(text), 0.2, text) for text in many),
        actions=tuple(ActionRow(text, text, text) for text in many),
        footer=replace(AURELIA.footer, hidden=one, missing_rates=many),
    )  # fmt: skip

    assert len(PdfReader(io.BytesIO(one_page_pdf(page, paper=paper, fonts=BARE))).pages) == 1
