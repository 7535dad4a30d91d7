"""What a process loads at its start is not looked at for collection."""

import gc

import pytest

from keystead.config.loading import all_stays


def test_nothing_is_collected_meanwhile_and_what_was_loaded_is_never_looked_at_again() -> None:
    try:
        with all_stays():
            assert not gc.isenabled()
            loaded: list[object] = [object()]
            loaded.append(loaded)
        assert gc.isenabled()
        assert not any(one is loaded for one in gc.get_objects())
    finally:
        gc.unfreeze()


def test_a_load_that_fails_leaves_the_collector_on() -> None:
    try:
        with pytest.raises(ValueError, match="settings"), all_stays():
            raise ValueError("settings")
        assert gc.isenabled()
    finally:
        gc.unfreeze()
