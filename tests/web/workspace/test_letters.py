"""Letters through a real mail server: a forgotten password, and an invitation from the letter to the workspace."""

from datetime import timedelta

from django.test import Client

from keystead.base.clock import frozen, now
from keystead.data.models import Invitation, Member, User
from keystead.domain.workspace.members import create_member
from tests.support.world import PASSWORD, World
from tests.web.workspace.conftest import Letterbox, link, part, send_waiting_letters

NEW = "a new and long phrase"


def ask_for_a_reset(email: str) -> object:
    answer = Client().post("/auth/password/reset/", {"email": email}, follow=True)
    assert send_waiting_letters() == 1
    return answer


def test_a_forgotten_password_is_replaced_by_letter(world: World, letterbox: Letterbox) -> None:
    assert b"Look into your mail" in ask_for_a_reset("alice@northwind.example").content
    letter = letterbox.only()
    assert letter["To"] == "alice@northwind.example"
    assert letter["Subject"] == "A new password for Keystead"
    assert "Hello Alice Alvarez," in part(letter, "plain")
    browser = Client()
    page = browser.get(link(letter, "/auth/password/reset/key/"), follow=True)
    action = page.redirect_chain[-1][0]
    assert b"Choose a new password" in page.content
    weak = browser.post(action, {"password1": "password", "password2": "password"})
    assert weak.status_code == 200
    done = browser.post(action, {"password1": NEW, "password2": NEW}, follow=True)
    assert b"Your password is changed" in done.content
    assert browser.post("/auth/login/", {"login": "alice@northwind.example", "password": NEW})["Location"] == "/"


def test_a_reset_link_works_once(world: World, letterbox: Letterbox) -> None:
    ask_for_a_reset("alice@northwind.example")
    path = link(letterbox.only(), "/auth/password/reset/key/")
    action = (first := Client()).get(path, follow=True).redirect_chain[-1][0]
    first.post(action, {"password1": NEW, "password2": NEW})
    assert b"opens nothing any more" in Client().get(path, follow=True).content


def test_a_stranger_gets_no_letter_and_the_page_does_not_tell(world: World, letterbox: Letterbox) -> None:
    assert b"Look into your mail" in ask_for_a_reset("stranger@elsewhere.example").content
    assert letterbox.letters == []


def test_a_letter_is_in_its_receivers_language(world: World, letterbox: Letterbox) -> None:
    User.objects.filter(pk=world.alice.user_id).update(language="es")
    ask_for_a_reset("alice@northwind.example")
    assert '<html lang="es">' in part(letterbox.only(), "html")


def invited(world: World, letterbox: Letterbox, email: str = "nina@northwind.example") -> str:
    """Olga adds and invites Nina; the path in the letter."""
    olga = Client()
    olga.force_login(world.olga.user)
    fields = {"name": "Nina <Nunes>", "email": email, "role": "viewer", "invite": "1"}
    page = olga.post("/w/northwind/members/new/", fields, follow=True)
    assert f"The invitation to {email} is on its way." in page.content.decode()
    return link(letterbox.only(), "/invitation/")


def test_an_invitation_leads_from_the_letter_into_the_workspace(world: World, letterbox: Letterbox) -> None:
    path = invited(world, letterbox)
    letter = letterbox.only()
    assert letter["Subject"] == "Olga Owner invites you to Northwind on Keystead"
    assert "Hello Nina <Nunes>," in part(letter, "plain")
    assert "Hello Nina &lt;Nunes&gt;," in part(letter, "html")
    nina = Client()
    page = nina.get(path).content.decode()
    assert "Welcome to Northwind" in page
    assert "nina@northwind.example" in page
    weak = nina.post(path, {"name": "Nina", "language": "en", "password": "password"})
    assert weak.status_code == 422
    assert b"too common" in weak.content
    done = nina.post(path, {"name": "Nina Nunes", "language": "pt-br", "password": NEW}, follow=True)
    assert done.redirect_chain == [("/w/northwind/", 302)]
    assert done["Content-Language"] == "pt-br"
    again = Client().get(path)
    assert again.status_code == 410
    assert b"used already" in again.content


def test_looking_at_an_invitation_uses_nothing_up(world: World, letterbox: Letterbox) -> None:
    path = invited(world, letterbox)
    assert [Client().get(path).status_code, Client().head(path).status_code, Client().get(path).status_code] == [200, 200, 200]


def test_an_old_a_spoiled_and_a_foreign_invitation_open_nothing(world: World, letterbox: Letterbox) -> None:
    path = invited(world, letterbox)
    with frozen(now() + timedelta(days=8)):
        old = Client().post(path, {"name": "Nina", "language": "en", "password": NEW})
    assert old.status_code == 410
    assert b"too old" in old.content
    assert Client().get(path[:-2] + "/").status_code == 404
    elsewhere = path.replace(world.northwind.pk.hex, world.contoso.pk.hex)
    assert Client().post(elsewhere, {"name": "Nina", "language": "en", "password": NEW}).status_code == 404
    with world.inside():
        assert Invitation.objects.get().accepted_at is None


def test_somebody_with_a_login_signs_in_and_joins(world: World, letterbox: Letterbox) -> None:
    path = invited(world, letterbox, "charlie@contoso.example")
    charlie = Client()
    assert b"Sign in with it" in charlie.get(path).content
    assert charlie.post(path, {"name": "Charlie", "language": "en", "password": NEW}).status_code == 200
    login = charlie.post("/auth/login/", {"login": "charlie@contoso.example", "password": PASSWORD, "next": path}, follow=True)
    assert b"Join Northwind?" in login.content
    joined = charlie.post(path, follow=True)
    assert joined.redirect_chain == [("/w/northwind/", 302)]
    with world.inside():
        assert Member.objects.get(user=world.charlie.user).role == "viewer"


def test_an_invitation_for_somebody_else_is_not_taken_by_whoever_is_signed_in(world: World, letterbox: Letterbox) -> None:
    path = invited(world, letterbox)
    bob = Client()
    bob.force_login(world.bob.user)
    for answer in (bob.get(path), bob.post(path)):
        assert answer.status_code == 409
        assert b"for somebody else" in answer.content


def test_inviting_again_makes_the_first_letter_worthless(world: World, letterbox: Letterbox) -> None:
    first = invited(world, letterbox)
    with world.inside():
        nina = Member.objects.get(email="nina@northwind.example")
    olga = Client()
    olga.force_login(world.olga.user)
    olga.post(f"/w/northwind/members/{nina.pk}/invitation/")
    second = link(letterbox.letters[1], "/invitation/")
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200


def test_an_invitation_is_in_the_workspaces_language(world: World, letterbox: Letterbox) -> None:
    with world.inside():
        type(world.northwind).objects.filter(pk=world.northwind.pk).update(language="pt-br")
    invited(world, letterbox)
    assert '<html lang="pt-br">' in part(letterbox.only(), "html")


def test_a_mail_server_that_refuses_is_told_and_nothing_is_lost(world: World, letterbox: Letterbox) -> None:
    letterbox.refuses = True
    with world.inside():
        nina = create_member(viewer=world.olga, at=now(), fields={"name": "Nina", "email": "nina@northwind.example"})
    olga = Client()
    olga.force_login(world.olga.user)
    page = olga.post(f"/w/northwind/members/{nina.pk}/invitation/", follow=True)
    assert b"The mail server did not take the invitation." in page.content
    letterbox.refuses = False
    olga.post(f"/w/northwind/members/{nina.pk}/invitation/")
    assert Client().get(link(letterbox.only(), "/invitation/")).status_code == 200
