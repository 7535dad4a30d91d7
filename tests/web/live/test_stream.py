"""The live stream of the running server: who hears what, and for how long."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from time import time_ns
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client

from keystead.data.models import Account, AccountTeamMember, Deal, Member, Plan, User, Workspace
from keystead.domain.deals.editing import create_deal
from keystead.domain.plans.editing import create_plan
from keystead.web.live.server import MOST_OF_ONE
from tests.support.product import Product, Told, committed, cookie_of, product
from tests.support.world import World, account, build_world

pytestmark = pytest.mark.django_db  # only so that the test database is there: what is written here is committed


@dataclass(frozen=True)
class Stage:
    """A workspace that stays for the whole module: emptying the database after each test would take most of its time."""

    world: World
    served: Product
    aurelia: Account
    plan: Plan
    deal: Deal
    landmark: Account  # nobody but `settle` listens to it

    def member(self, name: str, **fields: Any) -> Member:
        """Somebody for one test, who may be sent away in it."""

        def joins() -> Member:
            user = User.objects.create_user(f"{name.lower()}@northwind.example", "correct horse battery", name=name)
            return Member.objects.create(**{"name": name, "role": "viewer", "user": user, **fields})

        return self.does(joins)

    def does[T](self, function: Callable[[], T]) -> T:
        """Runs it in the workspace, for good."""

        def inside() -> T:
            with self.world.inside():
                return function()

        return committed(inside)

    def change(self, amount: int) -> None:
        self.does(lambda: Deal.objects.filter(pk=self.deal.pk).update(amount=amount))

    def settle(self) -> None:
        """Until all that was written so far has been told: notices are told in the order in which they were written."""
        with self.listens(self.world.olga, f"account:{self.landmark.pk}") as told:
            told.next("hello")
            self.does(lambda: Account.objects.filter(pk=self.landmark.pk).update(name=f"Landmark {time_ns()}"))
            told.next("touched")

    def listens(self, member: Member, *topics: str, **more: Any) -> Told:
        return Told(self.served, cookie_of(member.user), *(f"northwind/{topic}" for topic in topics), **more)


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with django_db_blocker.unblock(), product(tmp_path_factory.mktemp("product")) as served:
        world = build_world()
        with world.inside(world.alice):
            aurelia = account("Aurelia Foods", owner=world.alice)
            plan = create_plan(viewer=world.alice, fields={"account": aurelia, "target": Decimal(100)}, today=date(2026, 6, 15))
            fields = {"name": "Cold rooms", "account": aurelia, "amount": Decimal(40_000), "close_date": plan.start_date}
            deal = create_deal(viewer=world.alice, fields=fields)
            landmark = account("Landmark")
        try:
            yield Stage(world, served, aurelia, plan, deal, landmark)
        finally:
            call_command("flush", interactive=False, verbosity=0, reset_sequences=False, inhibit_post_migrate=True)


@pytest.fixture(autouse=True)
def quiet(stage: Stage) -> None:
    """What the test before wrote has been told by now."""
    stage.settle()


def test_a_changed_deal_is_heard_in_its_plan_its_account_and_the_lists(stage: Stage) -> None:
    wanted = [f"plan:{stage.plan.pk}", f"account:{stage.aurelia.pk}", f"deal:{stage.deal.pk}", "portfolio", "deals"]
    with stage.listens(stage.world.alice, *wanted) as told:
        heard = sorted(f"northwind/{topic}" for topic in wanted)
        assert told.next("hello")["topics"] == heard
        stage.change(50_000)
        assert sorted(told.next("touched")["topics"]) == heard


def test_what_bob_may_not_see_he_neither_hears_of_nor_finds_out_by_asking(stage: Stage) -> None:
    asked = [f"plan:{stage.plan.pk}", f"deal:{stage.deal.pk}", "deals", "portfolio", f"plan:{stage.deal.pk}", "plan:x", "secrets"]
    with stage.listens(stage.world.bob, *asked) as told:
        assert told.next("hello")["topics"] == ["northwind/deals", "northwind/portfolio"]
        stage.change(51_000)
        assert told.hears_nothing(1.0)


def test_charlie_hears_nothing_of_another_workspace(stage: Stage) -> None:
    cookie = cookie_of(stage.world.charlie.user)
    with Told(stage.served, cookie, "northwind/deals", f"contoso/plan:{stage.plan.pk}", "contoso/deals") as told:
        assert told.next("hello")["topics"] == ["contoso/deals"]
        stage.change(52_000)
        assert told.hears_nothing(1.0)


@pytest.mark.parametrize("cookie", ["", "keystead_session=guessed", "keystead_session;;=, ="])
def test_nobody_listens_without_signing_in(stage: Stage, cookie: str) -> None:
    with Told(stage.served, cookie, "northwind/deals") as told:
        assert told.status == 401


def test_another_sites_page_is_refused(stage: Stage) -> None:
    path, cookie = "/live?topics=northwind/deals", {"Cookie": cookie_of(stage.world.alice.user)}
    assert stage.served.ask("GET", path, headers={**cookie, "Sec-Fetch-Site": "cross-site"})[0] == 403
    assert stage.served.ask("GET", path, headers={**cookie, "Host": "evil.example"})[0] == 400
    assert stage.served.ask("POST", path, headers=cookie)[0] == 405


def test_the_stream_ends_when_she_signs_out(stage: Stage) -> None:
    with stage.listens(stage.member("Ida"), "deals") as told:
        told.next("hello")
        committed(lambda: Session.objects.all().delete())
        assert told.is_over()


def test_the_stream_ends_when_the_password_is_changed(stage: Stage) -> None:
    nora = stage.member("Nora")
    with stage.listens(nora, "deals") as told:
        told.next("hello")
        assert nora.user
        nora.user.set_password("another horse, another battery")
        committed(nora.user.save)
        assert told.is_over()


def test_the_stream_ends_when_the_member_is_deactivated(stage: Stage) -> None:
    ulf = stage.member("Ulf")
    with stage.listens(ulf, "deals") as told:
        told.next("hello")
        stage.does(lambda: Member.objects.filter(pk=ulf.pk).update(is_active=False))
        assert told.is_over()


def test_the_stream_ends_when_the_workspace_begins_to_ask_for_a_second_step(stage: Stage) -> None:
    wanda = stage.member("Wanda")
    stage.settle()  # that she joined is no reason to look again any more
    here = Workspace.objects.filter(pk=stage.world.northwind.pk)
    try:
        with stage.listens(wanda, "deals") as told:
            told.next("hello")
            stage.does(lambda: here.update(second_step=Workspace.SecondStep.EVERYBODY))
            assert told.is_over()
    finally:
        stage.does(lambda: here.update(second_step=Workspace.SecondStep.NOBODY))


def test_who_loses_an_account_is_not_even_told_that_she_lost_it(stage: Stage) -> None:
    tess = stage.member("Tess", role="account_manager")
    stage.does(lambda: AccountTeamMember.objects.create(account=stage.aurelia, member=tess))
    stage.settle()
    with stage.listens(tess, f"account:{stage.aurelia.pk}") as told:
        assert told.next("hello")["topics"] == [f"northwind/account:{stage.aurelia.pk}"]
        stage.does(lambda: AccountTeamMember.objects.filter(member=tess).delete())
        stage.change(60_000)
        assert told.hears_nothing(1.0)


def test_a_page_that_slept_is_told_what_it_missed(stage: Stage) -> None:
    with stage.listens(stage.world.alice, "deals") as told:
        told.next("hello")
        slept = told.id
    stage.change(70_000)
    with stage.listens(stage.world.alice, "deals", since=slept) as told:
        assert told.next("touched")["topics"] == {"northwind/deals": [""]}


def test_a_page_from_before_the_server_started_looks_for_itself(stage: Stage) -> None:
    with stage.listens(stage.world.alice, "deals", since=1_000) as told:
        assert told.next("touched")["topics"] == {"northwind/deals": [""]}


def test_when_the_database_was_out_of_hearing_every_page_looks_for_itself(stage: Stage) -> None:
    listening = "application_name = 'keystead live' AND datname = current_database()"
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {listening}"
    with stage.listens(stage.world.vera, "deals", "portfolio") as told:
        told.next("hello")
        with connection.cursor() as cursor:
            cursor.execute(cut)
            assert cursor.rowcount == 1
        assert told.next("touched")["topics"] == {"northwind/deals": [""], "northwind/portfolio": [""]}
        stage.change(80_000)
        assert told.next("touched")["topics"] == {"northwind/deals": [""], "northwind/portfolio": [""]}


def test_a_request_says_which_page_it_comes_from(stage: Stage) -> None:
    fields = {"name": "Short lived", "account": stage.aurelia, "close_date": stage.plan.start_date}
    made = stage.does(lambda: create_deal(viewer=stage.world.olga, fields=fields))
    client = Client(headers={"Keystead-Page": "d4e5f6"})
    assert stage.world.alice.user
    user = stage.world.alice.user
    committed(lambda: client.force_login(user))
    stage.settle()
    with stage.listens(stage.world.alice, "deals") as told:
        told.next("hello")
        committed(lambda: client.post(f"/w/northwind/deals/{made.pk}/deletion/"))
        assert told.next("touched")["topics"] == {"northwind/deals": ["d4e5f6"]}


def test_letters_of_an_address_arrive_as_they_were_sent(stage: Stage) -> None:
    """The server hands paths over decoded; Django must not decode them again."""
    for path in ("/auth/login/%2541", "/auth/login/%C3%A9", "/auth/login/%FF", "/auth/login/%00"):
        assert stage.served.ask("GET", path)[0] == 404
    log = stage.served.log.read_text()
    assert "Not Found: /auth/login/%41" in log
    assert "Not Found: /auth/login/\\xe9" in log  # logs write letters that way


def test_a_large_body_and_a_head_request_pass_through(stage: Stage) -> None:
    status, _ = stage.served.ask("POST", "/auth/login/", body=b"x" * 3_000_000)
    assert status == 403  # without its token
    assert stage.served.ask("HEAD", "/auth/login/") == (200, b"")
    assert len(stage.served.ask("GET", "/auth/login/")[1]) > 1_000


def test_a_server_that_is_told_to_stop_ends_its_streams_and_does(stage: Stage) -> None:
    with stage.listens(stage.world.vera, "deals") as told:
        told.next("hello")
        stage.served.stop()
        is_over = told.is_over()
    stopped = stage.served.process
    stage.served.start()
    assert is_over  # by itself: not cut off because the server waited for it until it was killed
    assert stopped is not None
    assert stopped.returncode == 0


def test_one_login_has_only_so_many_streams(stage: Stage) -> None:
    cookie = cookie_of(stage.world.vera.user)
    with ExitStack() as opened:
        for _ in range(MOST_OF_ONE):
            opened.enter_context(Told(stage.served, cookie, "northwind/deals")).next("hello")
        with Told(stage.served, cookie, "northwind/deals") as told:
            assert told.status == 429
