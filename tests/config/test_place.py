"""The data directory: its key, its lock."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from keystead.base.roles import LONGEST_NAME, role_names
from keystead.config.place import DataInUse, Place, hold, holder, is_held, secret_key


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "data of Acme").make()


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEYSTEAD_SECRET_KEY", raising=False)
    first = secret_key(place)
    assert secret_key(place) == first
    assert len(first) > 50
    assert stat.S_IMODE(place.secret_key.stat().st_mode) == 0o600


def test_a_key_from_the_environment_is_used_and_not_written_down(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYSTEAD_SECRET_KEY", "given by the administrator")
    assert secret_key(place) == "given by the administrator"
    assert not place.secret_key.exists()


def test_a_new_data_directory_is_closed_to_other_users(place: Place) -> None:
    assert stat.S_IMODE(place.root.stat().st_mode) == 0o700


def test_data_in_use_is_refused_with_the_name_of_its_holder(place: Place) -> None:
    with hold(place, what="bin/run", url="http://127.0.0.1:8000"):
        assert is_held(place)
        with (
            pytest.raises(DataInUse, match=r"in use by bin/run \(process \d+\)") as refused,
            hold(place, what="keystead migrate"),
        ):
            pass
        assert refused.value.holder["url"] == "http://127.0.0.1:8000"
    assert not is_held(place)
    assert holder(place) == {}


def test_a_killed_holder_leaves_its_name_but_not_its_lock(place: Place) -> None:
    program = (
        "import os, sys; from pathlib import Path; from keystead.config.place import Place, hold\n"
        "with hold(Place(Path(sys.argv[1])), what='bin/run'): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(place.root)], check=False)
    assert holder(place)["what"] == "bin/run"
    assert not is_held(place)
    with hold(place, what="keystead migrate"):
        assert holder(place)["what"] == "keystead migrate"


def test_each_database_has_its_own_pair_of_logins() -> None:
    assert role_names("keystead") == ("keystead_app", "keystead_worker")
    assert role_names("acme") == ("acme_app", "acme_worker")


def test_logins_of_long_database_names_fit_and_stay_apart() -> None:
    one, other = role_names("a" * 62 + "1"), role_names("a" * 62 + "2")
    assert len({*one, *other}) == 4
    assert all(len(name.encode()) <= LONGEST_NAME for name in (*one, *other))
