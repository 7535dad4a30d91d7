"""New rows that may be records that are here: offered, and taken when it is said."""

import re

from tests.support.world import account
from tests.web.imports.conftest import ACCOUNTS, Desk, text_of


def test_new_accounts_that_are_like_known_ones_are_offered_with_their_likeness_and_can_be_merged(olga: Desk) -> None:
    olga.committed(ACCOUNTS, kind="accounts")
    job = olga.previewed("Account;Sector;Country\nAurelia Foods Ltd;Fish;Spain\nZenith;Energy;Peru\n", kind="accounts")
    assert "1 new name is like one that is here" in text_of(olga.get("detail", job))
    page = text_of(olga.get("columns", job))
    assert "1 new name is like one that is here" in page
    assert re.search(r"96\s?% alike", page)
    assert '<option value="Aurelia Foods" selected>' in page
    olga.post("columns", job, olga.form(job, **{"value-name-0": "Aurelia Foods"}))
    olga.work(job, "read")
    assert (job.counts["create"], job.counts["update"]) == (1, 1)
    assert "like one that is here" not in text_of(olga.get("detail", job))


def test_new_deals_and_people_are_compared_with_those_of_the_same_account_and_not_where_an_id_tells_them_apart(
    olga: Desk,
) -> None:
    olga.committed("Account\nAurelia Foods\nBorealis\n", kind="accounts")
    olga.committed("Deal;Account\nCold-chain renewal;Aurelia Foods\n", kind="deals")
    file = "Deal;Account\nCold chain renewal;Aurelia Foods\nCold chain renewals;Borealis\n"
    job = olga.previewed(file, kind="deals")
    page = text_of(olga.get("columns", job))
    assert "1 new name is like one that is here" in page
    assert '<option value="Cold-chain renewal" selected>' in page
    olga.post("columns", job, olga.form(job, **{"value-name-0": "Cold-chain renewal"}))
    olga.work(job, "read")
    assert (job.counts["create"], job.counts["unchanged"]) == (1, 1)
    by_id = olga.previewed("Opportunity ID;Deal;Account\nD-1;Cold chain renewal;Aurelia Foods\n", kind="deals")
    assert "like one that is here" not in text_of(olga.get("detail", by_id))
    olga.committed("Contact;Account\nBruno Prado;Aurelia Foods\n", kind="contacts")
    person = olga.previewed("Contact;Account\nBruno Pradó;Aurelia Foods\nBruno  Prada;Aurelia Foods\n", kind="contacts")
    assert "1 new name is like one that is here" in text_of(olga.get("detail", person))


def test_records_without_an_external_id_are_offered_and_taken_when_it_is_ticked(olga: Desk) -> None:
    with olga.world.inside():
        account("Aurelia Foods")
    job = olga.previewed("Account ID,Account\nC-1,Aurelia Foods\nC-2,Brasilux\n", "accounts.csv")
    assert "1 new row is like a record here that has no external id" in text_of(olga.get("detail", job))
    olga.post("columns", job, olga.form(job, adopt="yes"))
    again = olga.work(job, "read")
    assert (again.counts["create"], again.counts["update"]) == (1, 1)
    assert "is like a record here" not in text_of(olga.get("detail", job))
    assert 'name="adopt" value="yes" checked' in text_of(olga.get("columns", job))
    olga.post("columns", job, olga.form(job))
    assert olga.work(job, "read").counts["create"] == 2
