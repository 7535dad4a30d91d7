"""An open page hears on only while its session holds."""

import pytest
from django.test import Client

from keystead.data.models import User
from keystead.domain.live.login import ended, login_of
from tests.support.world import World


def test_a_session_ends_with_its_sign_out_its_password_and_its_person(world: World) -> None:
    logins = []
    for member in (world.alice, world.bob, world.mona, world.olga):
        client = Client()
        assert member.user
        client.force_login(member.user)
        key = client.session.session_key
        login = login_of(key or "")
        assert login is not None
        assert login.user_id == member.user_id
        logins.append((client, login))
    (browser, alice), (_, bob), (_, mona), (_, olga) = logins
    browser.logout()
    changed = User.objects.get(pk=bob.user_id)
    changed.set_password("another horse battery")
    changed.save()
    User.objects.filter(pk=mona.user_id).update(is_active=False)
    assert ended([alice, bob, mona, olga]) == {alice, bob, mona}
    assert [login_of(each.session) for each in (alice, bob, mona, olga)] == [None, None, None, olga]


@pytest.mark.parametrize("key", ["", "nosuchsession"])
def test_what_is_no_session_is_nobody_s(db: None, key: str) -> None:
    assert login_of(key) is None
