"""Where one is signed in: seen, ended one by one, ended all at once."""

from allauth.usersessions.models import UserSession
from django.test import Client

from keystead.data.models import AuditEvent
from tests.support.world import PASSWORD, World

STEPS = "/auth/steps/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1"
)


def browser(email: str | None, agent: str, ip: str) -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=ip)
    client.post("/auth/login/", {"login": email, "password": PASSWORD})
    assert client.get("/", follow=True).status_code == 200
    return client


def test_each_session_says_its_device_and_its_place(world: World) -> None:
    desk = browser(world.alice.email, FIREFOX, "192.0.2.10")
    browser(world.alice.email, PHONE, "198.51.100.7")
    page = desk.get(STEPS).content.decode()
    assert page.index("Firefox on Windows") < page.index("Safari on iPhone")
    assert "192.0.2.10" in page
    assert "198.51.100.7" in page


def test_one_session_is_ended_and_the_others_go_on(world: World) -> None:
    desk = browser(world.alice.email, FIREFOX, "192.0.2.10")
    phone = browser(world.alice.email, PHONE, "198.51.100.7")
    found = UserSession.objects.get(ip="198.51.100.7")
    told = desk.post(f"/auth/sessions/{found.pk}/end/", follow=True).content.decode()
    assert "That session is over." in told
    assert "Safari on iPhone" not in told
    assert phone.get("/w/northwind/").status_code == 302
    assert desk.get("/w/northwind/").status_code == 200
    with world.inside():
        noted = AuditEvent.objects.get(kind="session.ended")
    assert noted.old == {"device": "Safari on iPhone", "ip": "198.51.100.7"}
    assert (noted.ip, noted.actor) == ("192.0.2.10", "Alice Alvarez")


def test_all_others_are_ended_at_once(world: World) -> None:
    desk = browser(world.alice.email, FIREFOX, "192.0.2.10")
    others = [browser(world.alice.email, PHONE, f"198.51.100.{n}") for n in (1, 2, 3)]
    assert "3 other sessions are over." in desk.post("/auth/sessions/others/end/", follow=True).content.decode()
    assert [client.get("/w/northwind/").status_code for client in others] == [302, 302, 302]
    assert desk.get("/w/northwind/").status_code == 200


def test_a_colleagues_session_does_not_exist(world: World) -> None:
    browser(world.bob.email, PHONE, "198.51.100.7")
    bobs = UserSession.objects.get(user=world.bob.user)
    alice = browser(world.alice.email, FIREFOX, "192.0.2.10")
    assert alice.post(f"/auth/sessions/{bobs.pk}/end/").status_code == 404
    assert UserSession.objects.filter(pk=bobs.pk).exists()


def test_the_address_is_the_proxys_word_only_when_it_is_trusted(world: World, settings: object) -> None:
    forged = Client(headers={"User-Agent": FIREFOX, "X-Forwarded-For": "203.0.113.9, 10.0.0.5"}, REMOTE_ADDR="192.0.2.1")
    forged.post("/auth/login/", {"login": world.alice.email, "password": PASSWORD})
    settings.TRUSTED_PROXIES = 1  # type: ignore[attr-defined]
    forged.post("/auth/login/", {"login": world.bob.email, "password": "wrong"})
    forged.post("/auth/logout/")
    with world.inside():
        signed_in = AuditEvent.objects.get(kind="signed_in")
        signed_out = AuditEvent.objects.get(kind="signed_out")
    assert (signed_in.ip, signed_out.ip) == ("192.0.2.1", "10.0.0.5")
