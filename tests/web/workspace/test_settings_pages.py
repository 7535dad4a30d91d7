"""Settings, stages, rates, my settings and tokens on the pages; home and health."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from keystead.base.clock import now
from keystead.data.models import Action, ApiToken, Deal, Import, Member, Plan, Rate, Stage, User, Workspace
from keystead.domain.workspace.tokens import authenticate
from keystead.web.workspace.forms import TokenForm
from tests.support.world import World, account
from tests.web.workspace.conftest import confirm
from tests.web.workspace.test_members_pages import form

HOME = "/w/northwind/"
SETTINGS = f"{HOME}settings/"


@pytest.fixture
def olga(world: World) -> Client:
    client = Client()
    client.force_login(world.olga.user)
    return client


def test_settings_are_saved_and_the_currency_is_kept_once_there_are_deals(world: World, olga: Client) -> None:
    changed = {"name": "Northwind SA", "fiscal_start_month": "4", "totals_include_hidden": "on", "currency": "BRL"}
    assert olga.post(SETTINGS, form(olga, SETTINGS) | changed).status_code == 302
    with world.inside():
        workspace = Workspace.objects.get(pk=world.northwind.pk)
        assert (workspace.name, workspace.fiscal_start_month, workspace.totals_include_hidden, workspace.currency) == (
            "Northwind SA", 4, True, "BRL",
        )  # fmt: skip
        Deal.objects.create(name="Cold chain", currency="EUR")
    posted = form(olga, SETTINGS) | {"currency": "EUR"}
    answer = olga.post(SETTINGS, {name: value for name, value in posted.items() if value is not False})
    assert answer.status_code == 422
    assert "their totals would change their meaning" in answer.content.decode()


def test_the_calendar_is_drawn_before_it_is_saved(world: World, olga: Client) -> None:
    asked = {
        "fiscal_start_month": 7,
        "fiscal_named_by": "end",
        "fiscal_pattern": "months",
        "fiscal_week_start": 0,
        "fiscal_week53": "last",
    }
    part = olga.get(f"{SETTINGS}calendar/", asked, headers={"HX-Request": "true"}).content.decode()
    assert "1 Jul – 30 Sept" in part
    assert "<html" not in part
    weeks = olga.get(f"{SETTINGS}calendar/", asked | {"fiscal_pattern": "445"}).content.decode()
    assert "13 weeks" in weeks
    nonsense = olga.get(f"{SETTINGS}calendar/", {"fiscal_start_month": "x"}).content.decode()
    assert "1 Jan – 31 Mar" in nonsense
    with world.inside():
        assert Workspace.objects.get(pk=world.northwind.pk).fiscal_start_month == 1


def test_stages_are_added_changed_moved_and_removed(world: World, olga: Client) -> None:
    path = f"{SETTINGS}stages/"
    olga.post(path, {"name": "Signed", "status": "won", "probability": "40"})
    with world.inside():
        signed = Stage.objects.get(name="Signed")
    assert signed.probability == 100
    olga.post(f"{path}{signed.pk}/position/", {"to": "0"})
    one = f"{path}{signed.pk}/"
    assert olga.post(one, form(olga, one) | {"name": "Contract"}).status_code == 302
    page = olga.get(path).content.decode()
    assert page.index("Contract") < page.index("Prospecting")
    olga.post(f"{path}{signed.pk}/deletion/")
    assert "Contract</a>" not in olga.get(path).content.decode()
    assert olga.post(path, {"name": "Won", "status": "won", "probability": "40"}).status_code == 422


def test_a_stage_with_deals_is_not_removed_and_says_so(world: World, olga: Client) -> None:
    with world.inside():
        stage = Stage.objects.get(name="Proposal")
        Deal.objects.create(name="Cold chain", currency="EUR", stage=stage)
    page = olga.post(f"{SETTINGS}stages/{stage.pk}/deletion/", follow=True).content.decode()
    assert "1 deal is in this stage." in page
    edit = olga.get(f"{SETTINGS}stages/{stage.pk}/").content.decode()
    assert "1 deal is in this stage. Move it to another stage first." in edit
    assert "/deletion/" not in edit, "what would be refused is not offered"


def test_rates_are_entered_in_the_readers_way_of_writing_numbers(world: World, olga: Client) -> None:
    path = f"{SETTINGS}rates/"
    with world.inside():
        Deal.objects.create(name="Cold chain", amount=100, currency="USD", close_date=date(2026, 5, 1))
    assert "USD to EUR, 1 row, from 1 May 2026 on" in olga.get(path).content.decode()
    olga.post("/i18n/setlang/", {"language": "pt-br"})
    rate = {"base": "USD", "quote": "EUR", "rate": "0,9234", "date": "2026-05-01", "source": "BCB"}
    assert olga.post(path, rate).status_code == 302
    with world.inside():
        kept = Rate.objects.get()
    assert kept.rate == Decimal("0.9234")
    assert "0,9234" in olga.get(path).content.decode()
    one = f"{path}{kept.pk}/"
    assert 'value="0,9234"' in olga.get(one).content.decode()
    assert olga.post(one, form(olga, one) | {"rate": "0,95"}).status_code == 302
    with world.inside():
        assert Rate.objects.get().rate == Decimal("0.95")
    olga.post(f"{one}deletion/")
    with world.inside():
        assert not Rate.objects.exists()


@pytest.mark.parametrize(
    "change", [{"rate": "0"}, {"rate": "-1"}, {"rate": "x"}, {"quote": "USD"}, {"quote": "XXZ"}, {"date": "1 May"}]
)
def test_a_rate_that_is_none_is_refused(world: World, olga: Client, change: dict[str, str]) -> None:
    rate = {"base": "USD", "quote": "EUR", "rate": "0.9", "date": "2026-05-01"} | change
    assert olga.post(f"{SETTINGS}rates/", rate).status_code == 422
    with world.inside():
        assert not Rate.objects.exists()


def test_a_person_sets_her_language_zone_and_colours(world: World) -> None:
    alice = Client()
    alice.force_login(world.alice.user)
    mine = {"name": "Alice A.", "language": "es", "time_zone": "America/Sao_Paulo", "theme": "dark"}
    assert alice.post(f"{HOME}me/", mine).status_code == 302
    page = alice.get(f"{HOME}me/")
    assert page["Content-Language"] == "es"
    elsewhere = Client()
    elsewhere.force_login(world.alice.user)
    assert b'data-theme="keystead-dark"' in elsewhere.get(HOME).content
    world.alice.user.refresh_from_db()
    assert (world.alice.user.name, world.alice.user.time_zone) == ("Alice A.", "America/Sao_Paulo")
    alice.post(f"{HOME}me/", mine | {"theme": "system"})
    assert b"data-theme" not in elsewhere.get(HOME).content
    assert alice.post(f"{HOME}me/", mine | {"time_zone": "Mars/Base"}).status_code == 422


def test_a_token_is_shown_once_and_works_until_it_is_revoked(world: World) -> None:
    alice = Client()
    alice.force_login(world.alice.user)
    confirm(alice)
    made = alice.post(f"{HOME}me/tokens/", {"name": "nightly export", "days": "90"})
    text = made.context["new_token"].text
    assert text in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert authenticate(text, now()) == world.alice
    page = alice.get(f"{HOME}me/").content.decode()
    assert text not in page
    assert f"…{text[-4:]}" in page
    with world.inside(world.alice):
        token = ApiToken.objects.get()
    told = alice.post(f"{HOME}me/tokens/{token.pk}/revocation/", follow=True).content.decode()
    assert "The token nightly export opens nothing any more." in told
    assert authenticate(text, now()) is None
    assert "nightly export" not in alice.get(f"{HOME}me/").content.decode()
    assert alice.post(f"{HOME}me/tokens/", {"name": "", "days": "90"}).status_code == 422


def test_home_teaches_the_next_step_while_there_is_nothing(world: World, olga: Client) -> None:
    page = olga.get(HOME).content.decode()
    assert "Import your accounts" in page
    assert "Nothing is due" in page
    vera = Client()
    vera.force_login(world.vera.user)
    assert "Import your accounts" not in vera.get(HOME).content.decode()


def test_home_shows_what_waits_for_me(world: World, olga: Client) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.alice)
        plan = Plan.objects.create(
            account=aurelia, name="Key account plan", start_date="2026-01-01", end_date="2026-12-31", currency="EUR",
            status="submitted", owner=world.alice,
        )  # fmt: skip
        Action.objects.create(plan=plan, title="Agree the price list", owner=world.olga, due_date=date(2020, 1, 1))
        Deal.objects.create(name="Cold chain", account=aurelia, currency="EUR")
        Import.objects.create(kind="deals", filename="deals <2026>.csv", by=world.olga, state="failed")
    page = olga.get(HOME).content.decode()
    for text in ("Overdue", "Agree the price list", "Waiting for your approval", "Key account plan", "deals &lt;2026&gt;.csv"):
        assert text in page
    assert "Import your accounts" not in page
    gus = Client()
    gus.force_login(world.gus.user)
    nothing = gus.get(HOME).content.decode()
    assert "Agree the price list" not in nothing
    assert "Key account plan" not in nothing


def test_health_answers_without_a_login(db: None, client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "queue": "ok", "storage": "ok"}


def test_health_leaves_no_file_behind(db: None, client: Client, settings: LazySettings, tmp_path: Path) -> None:
    settings.STORAGES = _storages(settings, tmp_path)
    assert client.get("/healthz").status_code == 200
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def _storages(settings: LazySettings, place: Path) -> dict[str, object]:
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(place)}}
    return settings.STORAGES | {"default": files}


def test_health_names_the_part_that_fails_and_nothing_else(
    db: None, client: Client, settings: LazySettings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way of a folder")
    settings.STORAGES = _storages(settings, tmp_path / "file")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "database": "ok", "queue": "ok", "storage": "failing"}
    assert str(tmp_path) not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_health_survives_a_database_that_is_gone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    answer = client.get("/healthz")
    connection.close()
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "database": "failing", "queue": "failing", "storage": "ok"}


def test_an_unknown_address_is_a_page_with_a_way_back(db: None, client: Client) -> None:
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert b"There is nothing here" in answer.content
    assert b'href="/"' in answer.content


def test_a_token_is_offered_for_what_its_member_may_do(world: World, olga: Client) -> None:
    ways = {"write": 'value="write"', "import": 'value="import"', "admin": 'value="admin"'}

    def offered(client: Client) -> list[str]:
        page = client.get(f"{HOME}me/").content.decode()
        return [name for name, mark in ways.items() if mark in page]

    def as_(member: Member) -> Client:
        client = Client()
        assert member.user is not None
        client.force_login(member.user)
        return client

    assert offered(olga) == ["write", "import", "admin"]
    assert offered(as_(world.alice)) == ["write", "import"]
    assert offered(as_(world.gus)) == []
    alice = as_(world.alice)
    confirm(alice)
    refused = alice.post(f"{HOME}me/tokens/", {"name": "Too much", "days": "30", "scopes": ["admin"]})
    assert refused.status_code == 422
    with world.inside():
        assert not ApiToken.objects.filter(member=world.alice).exists()


def test_what_a_token_may_is_told_in_words_that_are_true_for_whoever_makes_it(world: World) -> None:
    def offered(member: Member) -> list[str]:
        return [label for _value, label in TokenForm(viewer=member).fields["scopes"].choices]  # type: ignore[attr-defined]

    with world.inside():
        assert offered(world.vera) == ["Write: saved views"]
        assert offered(world.alice) == ["Write: accounts, contacts, deals, orders, plans, saved views", "Import files"]
    assert world.vera.user is not None
    vera = Client()
    vera.force_login(world.vera.user)
    confirm(vera)
    vera.post(f"{HOME}me/tokens/", {"name": "Views", "days": "30", "scopes": ["write"]})
    User.objects.filter(pk=world.vera.user.pk).update(language="pt-br")
    assert "ler, gravar" in vera.get(f"{HOME}me/").content.decode()
