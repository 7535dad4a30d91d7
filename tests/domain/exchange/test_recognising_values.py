"""Which known value a text may mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystead.domain.exchange.recognising.values import KnownValues, likeness, offer

PRODUCTS = ["GTX Basic", "GTX Pro", "MG Special", "MG Advanced", "GTX Plus Pro", "GTX Plus Basic", "GTK 500"]


def test_a_product_written_together_is_surely_the_one_written_apart() -> None:
    first = offer("GTXPro", PRODUCTS)[0]
    assert (first.value, first.why, first.sure) == ("GTX Pro", "spelling", True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("AÇÚCAR UNIÃO S.A.", "Acucar Uniao"), ("acme, inc.", "Acme"), ("Pao e Cia", "Pão & Cia"), ("Telefonica Brasil",
    "Telefônica  Brasil"),
     ("O'Brien & Sons", "OBrien and Sons"), ("Müller GmbH", "Muller")],
)  # fmt: skip
def test_case_accents_punctuation_and_legal_forms_do_not_matter(text: str, meant: str) -> None:
    (found, *_others) = offer(text, [meant, "Zeta Industries", "Omega"])
    assert found.value == meant
    assert found.likeness >= 0.9


def test_two_different_legal_forms_may_be_two_companies() -> None:
    (found,) = offer("Acme Inc", ["Acme Corporation"])
    assert (found.why, found.sure) == ("legal_form", False)


@pytest.mark.parametrize("slip", ["Acme Corporatoin", "Acme Corporaton", "Acme Incorporatde"])
def test_a_slip_in_a_legal_form_is_a_legal_form(slip: str) -> None:
    assert offer(slip, ["Acme Corporation", "Zeta Corporation"])[0].value == "Acme Corporation"
    assert likeness(slip, "Zeta Corporation") < 0.55


def test_numbers_in_names_are_never_alike() -> None:
    assert likeness("GTK 500", "GTK 50") < 0.6
    assert likeness("GTK 500", "GTK500") > 0.95


def test_two_equally_near_values_leave_the_choice_open() -> None:
    found = offer("Acme", ["Acme Inc", "Acme Ltd"])
    assert [o.likeness for o in found] == [0.96, 0.96]
    assert not any(o.sure for o in found)


def test_a_slip_of_the_pen_is_offered_and_not_sure() -> None:
    found = offer("Betasolion", ["Betasoloin", "Betatech", "Bioholding"])
    assert (found[0].value, found[0].sure) == ("Betasoloin", False)


def test_what_was_learnt_comes_first_and_is_sure() -> None:
    found = offer("the big one", ["GTX Pro", "Big One"], learnt={"The Big One": "GTX Pro"})
    assert [(o.value, o.why, o.sure) for o in found] == [("GTX Pro", "learnt", True), ("Big One", "legal_form", False)]


def test_what_is_like_nothing_is_offered_nothing() -> None:
    assert offer("Xyz", PRODUCTS) == []
    assert offer("", PRODUCTS) == []
    assert likeness("---", "Acme") == 0


def test_a_few_are_offered_among_many() -> None:
    known = KnownValues(f"Account {number} Holding" for number in range(20_000))
    assert known.offer("Account 12345")[0].value == "Account 12345 Holding"
    assert len(KnownValues(["Acme North", "Acme South", "Acme East", "Acme West"]).offer("Acme", limit=3)) == 3


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_a_share_and_the_same_both_ways_for_the_same_text(left: str, right: str) -> None:
    assert 0 <= likeness(left, right) <= 1
    assert likeness(left, left) == 1


def test_a_likely_value_is_proposed_only_where_no_other_is_as_alike() -> None:
    def best(*known: str) -> tuple[str, bool]:
        first = offer("Aurelia Fods Group", known)[0]
        return first.value, first.sure

    assert best("Aurelia Foods Group", "Aurelia Foods Bakery") == ("Aurelia Foods Group", True)
    assert best("Aurelia Foods Group", "Aurelia Fonds Group")[1] is False
