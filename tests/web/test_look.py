"""The gallery, the components and the built assets."""

import gzip
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from keystead.web.templatetags import lanes
from keystead.web.templatetags.forecast import forecast_parts

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "src/keystead/web/templates"
BUILD = ROOT / "src/keystead/web/static/build"


def drawn(source: str, language: str = "en", **values: object) -> str:
    with translation.override(language):
        return " ".join(Template(source).render(Context(values)).split())


def test_the_gallery_needs_no_database_and_no_member(client: Client) -> None:
    page = client.get("/gallery").content.decode()
    assert "Aurelia Foods Group" in page
    assert 'data-theme="keystead-dark"' not in page


def test_the_page_arrives_in_the_chosen_theme(client: Client) -> None:
    client.cookies["keystead_theme"] = "dark"
    assert 'data-theme="keystead-dark"' in client.get("/gallery").content.decode()


def test_a_forged_theme_cookie_is_ignored(client: Client) -> None:
    client.cookies["keystead_theme"] = '"><script>'
    assert "data-theme" not in client.get("/gallery").content.decode()


def test_no_page_carries_an_inline_script_or_style(client: Client) -> None:
    page = client.get("/gallery").content.decode()
    assert not re.search(r"\sstyle=", page)
    assert not re.search(r"\son[a-z]+=", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert "<style" not in page


def test_every_attribute_for_htmx_is_one_that_it_knows() -> None:
    script = (BUILD / "app.js").read_text()
    used = {name for page in TEMPLATES.rglob("*.html") for name in re.findall(r"\shx-([a-z-]+)=", page.read_text())}
    verbs = {"get", "post"}  # it puts these names together
    assert {name for name in used - verbs if f"hx-{name}" not in script} == set()


def test_an_explanation_is_a_fragment_for_htmx_and_a_page_without(client: Client) -> None:
    fragment = client.get("/gallery?part=explanation", headers={"HX-Request": "true"}).content.decode()
    page = client.get("/gallery?part=explanation").content.decode()
    assert "<html" not in fragment
    assert "3,578,420.00" in fragment
    assert "<html" in page
    assert "3,578,420.00" in page


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    known = set((ROOT / "frontend/icons.txt").read_text().split())
    named = set()
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text()
        named |= set(re.findall(r'{% icon "([a-z0-9-]+)"', text)) | set(re.findall(r'\sicon(?:_end)?="([a-z0-9-]+)"', text))
    assert named
    assert named <= known


def test_the_first_page_stays_below_200_kilobytes_on_the_wire(client: Client) -> None:
    assert (BUILD / "app.css").exists(), "build the assets first: npm ci && npm run build in frontend/"
    page = len(gzip.compress(client.get("/gallery").content))
    texts = sum(len(gzip.compress((BUILD / name).read_bytes())) for name in ("app.css", "app.js", "icons.svg"))
    font = (BUILD / "fonts/inter-latin-wght-normal.woff2").stat().st_size
    assert page + texts + font < 200_000


def test_the_lock_file_names_no_package_index() -> None:
    assert '"resolved"' not in (ROOT / "frontend/package-lock.json").read_text()


def test_bar_widths_ignore_the_decimal_comma_of_the_language() -> None:
    bar = drawn("{% bar won forecast target %}", "pt-br", won=Decimal(468), forecast=Decimal(852), target=Decimal(1000))
    assert 'width="46.80%"' in bar
    assert 'width="38.40%"' in bar
    assert "85%" in bar


def test_a_bar_without_anything_is_hatched_and_says_so() -> None:
    bar = drawn("{% bar None None None %}")
    assert "<rect" not in bar
    assert "nothing won or planned yet" in bar


def test_the_forecast_bar_ends_at_the_target_or_past_it() -> None:
    short = forecast_parts(won=Decimal(40), weighted=Decimal(10), pipeline=Decimal(30), target=Decimal(100))
    assert (short.won, short.weighted, short.rest) == ("40.00%", "10.00%", "20.00%")
    assert short.has_gap
    assert (short.marks[0].at, short.marks[0].anchor) == ("100.00%", "end")
    past = forecast_parts(won=Decimal(150), weighted=None, pipeline=Decimal(50), target=Decimal(100), pace=Decimal(10))
    assert not past.has_gap
    assert [(mark.name, mark.at) for mark in past.marks] == [("pace", "5.00%"), ("target", "50.00%")]


def test_a_forecast_bar_without_numbers_draws_nothing_and_divides_by_nothing() -> None:
    def marks(target: int, pace: int) -> list[tuple[str, bool]]:
        parts = forecast_parts(won=Decimal(100), weighted=None, pipeline=None, target=Decimal(target), pace=Decimal(pace))
        return [(parts.near, False), *((mark.anchor, mark.is_raised) for mark in parts.marks)]

    assert marks(60, 20) == [("", False), ("middle", False), ("middle", False)]
    assert marks(60, 50) == [("is-near", False), ("end", False), ("middle", True)]
    assert marks(99, 97) == [("is-close", False), ("end", False), ("end", True)], "never on one another, and inside the bar"
    assert marks(8, 5) == [("is-close", False), ("start", True), ("start", False)]
    empty = forecast_parts(won=None, weighted=None, pipeline=None, target=None)
    assert empty.is_empty
    assert empty.marks == []


def test_a_lane_cuts_its_bars_at_the_edges() -> None:
    audit = {"label": "Site audit Zaragoza", "start": date(2026, 11, 20), "end": date(2026, 11, 29), "row": 1}
    gone = {"label": "Kick-off", "start": date(2026, 11, 1), "end": date(2026, 11, 2)}
    lane = lanes.lane_parts([audit, gone], date(2026, 11, 23), date(2026, 12, 20), today=date(2026, 12, 7))
    assert [(bar.label, bar.at, bar.width, bar.top) for bar in lane.bars] == [("Site audit Zaragoza", "0.00%", "25.00%", 52)]
    assert [tick.label for tick in lane.ticks] == ["23 Nov", "30 Nov", "7 Dec", "14 Dec"]
    assert lane.now == "50.00%"


def test_the_words_of_a_milestone_end_where_the_next_bar_of_its_row_begins() -> None:
    start, end = date(2026, 11, 23), date(2026, 12, 20)
    on = {"label": "Steering committee", "is_milestone": True, "row": 0}
    first = on | {"start": date(2026, 11, 23), "end": date(2026, 11, 23)}
    bar = {"label": "Renewal terms", "start": date(2026, 12, 7), "end": date(2026, 12, 13), "row": 0}
    last = on | {"start": date(2026, 12, 20), "end": date(2026, 12, 20)}
    above = bar | {"row": 1, "start": date(2026, 11, 24)}
    marks = [one for one in lanes.lane_parts([first, bar, last, above], start, end).bars if one.is_milestone]
    assert [(one.at, one.words_at, one.width, one.is_before) for one in marks] == [
        ("0.00%", "0.00%", "50.00%", False),
        ("96.43%", "75.00%", "21.43%", True),
    ]


def test_a_long_lane_has_a_tick_for_each_month() -> None:
    lane = lanes.lane_parts([], date(2026, 11, 15), date(2027, 2, 10))
    assert [tick.label for tick in lane.ticks] == ["15 Nov", "1 Dec", "1 Jan", "1 Feb"]


def test_names_are_escaped_wherever_a_component_puts_them() -> None:
    name = '"><script>alert(1)</script>'
    sources = [
        "{% avatar name %}",
        "{% chip name %}",
        "{% segment name name %}",
        '<c-kpi label="{{ name }}" value="{{ name }}" />',
        '<c-diff :old="name" :new="name" />',
        '<c-section :title="name">x</c-section>',
        '<c-empty :title="name" :text="name" />',
        '<c-button data-name="{{ name }}">x</c-button>',
    ]
    for source in sources:
        with_components = Template(_compiled(source))
        assert "<script>" not in with_components.render(Context({"name": name})), source


def _compiled(source: str) -> str:
    from django_cotton.compiler_regex import CottonCompiler

    return str(CottonCompiler().process(source))


@pytest.mark.parametrize(("now", "target", "expected"), [("Steady", "", "Steady"), ("Steady", "Steady", "Steady")])
def test_a_segment_that_stays_shows_no_arrow(now: str, target: str, expected: str) -> None:
    assert drawn("{% segment now target %}", now=now, target=target) == f'<span class="segment">{expected}</span>'


def test_a_segment_that_moves_says_so_to_a_screen_reader_too() -> None:
    moving = drawn("{% segment now target %}", now="Steady", target="Strategic")
    assert "→" in moving
    assert "moving to" in moving
