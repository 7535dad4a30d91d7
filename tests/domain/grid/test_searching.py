"""What the search box of a list finds: every word somewhere in the name, though the names are not read for it."""

from datetime import date

import pytest

from keystead.data.models import Deal
from keystead.domain.accounts.columns import account_rows
from keystead.domain.deals.columns import deal_rows
from keystead.domain.grid import searching
from keystead.domain.grid.asking import Asked
from keystead.domain.grid.columns import Reader
from tests.support.world import World, account

NAMES = ("Seafoods São Paulo", "O'Brien & Söhne", "Aurelia Foods", "Condax 133895", "Łódź Steel")


@pytest.mark.parametrize("limit", ["", "MOST_ROWS", "MOST_WORDS"])
def test_every_word_somewhere_in_the_name_is_found(world: World, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if limit:
        monkeypatch.setattr(searching, limit, 0)
    with world.inside(world.olga):
        for name in NAMES:
            Deal.objects.create(name=name, account=account(name, website="https://hydra.example"), currency="EUR")

        def found(text: str) -> set[str]:
            asked, reader = Asked(filters={"q": (text,)}), Reader(world.olga, date(2026, 5, 1))
            answers = [
                set(rows.found.values_list("name", flat=True)) for rows in (account_rows(asked, reader), deal_rows(asked, reader))
            ]
            assert answers[0] == answers[1]
            return answers[0]

        assert found("foods") == {"Seafoods São Paulo", "Aurelia Foods"}
        assert found("PAULO afood") == {"Seafoods São Paulo"}
        assert found("o'brien sohne") == {"O'Brien & Söhne"}
        assert found("1338") == found("condax") == {"Condax 133895"}
        assert found("lodz") == {"Łódź Steel"}
        assert found("hydra") == found("foods nowhere") == set()
