"""Records without an external id that a file with ids may mean: told, and taken only when somebody says so."""

from datetime import date

from keystead.data.models import Account, Contact, Deal, Order
from keystead.domain.accounts.merging import merge_accounts
from keystead.domain.exchange import telling
from tests.domain.exchange.importing import again, bring_in, commit, counts, facts, problems, read, undo
from tests.support.world import World, account

FILE = "Account ID,Name,Country\nC-1,AURELIA,Spain\nC-2,Brasilux,Brazil\n"


def test_what_was_typed_in_by_hand_takes_the_id_over_when_it_is_said_and_gives_it_back_on_undo(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia", industry="Food")
        job = read(world.olga, "accounts", FILE)
        assert (counts(job), job.offers["adoptable"]) == ((2, 0, 0, 0), 1)
        before = facts()
        job = read(world.olga, "accounts", FILE, adopt=True)
        assert counts(again(job)) == (1, 1, 0, 0)
        commit(world.olga, job)
        aurelia.refresh_from_db()
        assert (aurelia.name, aurelia.external_id, aurelia.country, aurelia.industry) == ("AURELIA", "C-1", "Spain", "Food")
        assert counts(read(world.olga, "accounts", FILE)) == (0, 0, 2, 0)
        undo(world.olga, job)
        assert facts()["keystead_account"] == before["keystead_account"]


def test_people_are_known_by_their_address(world: World) -> None:
    with world.inside():
        lena = Contact.objects.create(last_name="Lindt", email="Lena@aurelia.example")
        bring_in(world.olga, "contacts", "Contact ID,Last name,Email\nP-1,Lindt-Marr,lena@aurelia.example\n", adopt=True)
        lena.refresh_from_db()
        assert (lena.external_id, lena.last_name) == ("P-1", "Lindt-Marr")


def test_nothing_is_guessed_where_a_name_is_of_two_records_or_of_two_rows_or_has_an_id(world: World) -> None:
    with world.inside():
        account("Aurelia")
        account("Aurelia")
        account("Brasilux")
        account("Calyx", external_id="X-1")
        twice = "Account ID,Name\nC-1,Aurelia\nC-2,Brasilux\nC-3,Brasilux\nC-4,Calyx\n"
        assert counts(read(world.olga, "accounts", twice, adopt=True)) == (4, 0, 0, 0)


def test_a_record_that_another_row_of_the_file_means_is_left_to_that_row(world: World) -> None:
    with world.inside():
        account("Brasilux")
        job = read(world.olga, "accounts", "Account ID,Name,Country\n,Brasilux,Brazil\nC-2,Brasilux,Peru\n", adopt=True)
        assert counts(job) == (1, 1, 0, 0)


def test_a_record_out_of_sight_or_reach_is_neither_told_nor_taken(world: World) -> None:
    with world.inside():
        account("Aurelia", owner=world.alice)
        job = read(world.bob, "accounts", FILE, adopt=True)
        assert (counts(job), problems(job)) == ((2, 0, 0, 0), [])
        assert read(world.bob, "accounts", FILE).offers["adoptable"] == 0


def test_the_key_of_a_merged_record_goes_before_its_name(world: World) -> None:
    with world.inside():
        kept = merge_accounts(
            keep=account("Holding", external_id="H-1"), lose=account("Old", external_id="C-1"), viewer=world.olga
        )  # fmt: skip
        account("Aurelia")
        job = read(world.olga, "accounts", FILE, adopt=True)
        assert telling.preview_rows(job=job, verdict="unchanged")[0]["target_id"] == kept.pk
        assert Account.objects.filter(external_id="C-1").count() == 0


DEALS = (
    "Opportunity ID,Deal,Account,Amount,Close date,Stage\n"
    "D-1,PUMPS,Aurelia,1000,2026-02-28,Won\n"
    "D-2,Pumps,Aurelia,999,2026-01-31,Won\n"
    "D-3,Drills,,1000,2026-01-31,Won\n"
    "D-4,Valves,Aurelia,,2026-01-31,Won\n"
)


def test_a_deal_of_the_same_account_name_and_amount_is_offered_with_its_likeness_and_takes_the_id_over(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia")
        facts_ = {"account": aurelia, "currency": "EUR", "close_date": date(2026, 1, 31)}
        pumps = Deal.objects.create(name="Pumps", amount="1000.00", **facts_)
        Deal.objects.create(name="Drills", amount="1000.00", currency="EUR")
        Deal.objects.create(name="Valves", **facts_)
        job = read(world.olga, "deals", DEALS)
        assert (counts(job), job.offers["adoptable"]) == ((4, 0, 0, 0), 1)
        # Of its name, account, amount, currency, close date, stage, status and probability, the first four agree.
        assert job.offers["alike"] == [{"row": 2, "id": str(pumps.pk), "likeness": 0.5}]
        taken = bring_in(world.olga, "deals", DEALS, adopt=True)
        assert counts(taken) == (3, 1, 0, 0)
        pumps.refresh_from_db()
        assert (pumps.external_id, pumps.status, pumps.close_date) == ("D-1", "won", date(2026, 2, 28))
        assert counts(read(world.olga, "deals", DEALS)) == (0, 0, 4, 0)
        undo(world.olga, taken)
        pumps.refresh_from_db()
        assert (pumps.external_id, pumps.name, pumps.status, pumps.close_date) == (None, "Pumps", "open", date(2026, 1, 31))


def test_a_deal_in_another_currency_or_one_of_two_is_another_one(world: World) -> None:
    text = "Opportunity ID,Deal,Account,Amount,Currency\nD-1,Pumps,Aurelia,1000,USD\nD-2,Drills,Aurelia,5,EUR\n"
    with world.inside():
        aurelia = account("Aurelia")
        Deal.objects.create(name="Pumps", account=aurelia, amount=1000, currency="EUR")
        for _ in range(2):
            Deal.objects.create(name="Drills", account=aurelia, amount=5, currency="EUR")
        assert counts(read(world.olga, "deals", text, adopt=True)) == (2, 0, 0, 0)
        twice = "Opportunity ID,Deal,Account,Amount\nD-1,Pumps,Aurelia,1000\nD-2,pumps,Aurelia,1000.00\n"
        assert counts(read(world.olga, "deals", twice, adopt=True)) == (2, 0, 0, 0)


def test_an_order_of_the_same_account_and_number_takes_the_id_over(world: World) -> None:
    rows = "O-1,A 7,Aurelia,6,2026-02-01\nO-2,A 7,Brasilux,5,2026-02-01\nO-3,,Aurelia,5,2026-02-01\n"
    text = f"ID,Order number,Account,Amount,Date\n{rows}"
    with world.inside():
        aurelia = account("Aurelia")
        account("Brasilux")
        seven = Order.objects.create(number="a 7", account=aurelia, amount=5, currency="EUR", order_date=date(2026, 2, 1))
        job = read(world.olga, "orders", text)
        assert job.offers["adoptable"] == 1
        assert job.offers["alike"] == [{"row": 2, "id": str(seven.pk), "likeness": 0.8}]  # all but the amount
        bring_in(world.olga, "orders", text, adopt=True)
        seven.refresh_from_db()
        assert (seven.external_id, seven.amount) == ("O-1", 6)


def test_deals_without_their_amount_in_the_file_are_not_asked_about(world: World) -> None:
    with world.inside():
        Deal.objects.create(name="Pumps", account=account("Aurelia"), currency="EUR")
        job = read(world.olga, "deals", "Opportunity ID,Deal,Account\nD-1,Pumps,Aurelia\n", adopt=True)
        assert (counts(job), job.offers["adoptable"]) == ((1, 0, 0, 0), 0)


def test_a_deal_that_she_does_not_see_is_neither_told_nor_taken(world: World) -> None:
    with world.inside():
        hers = account("Aurelia", owner=world.alice)
        Deal.objects.create(name="Pumps", account=hers, amount=1000, currency="EUR", owner=world.alice)
        account("Aurelia", owner=world.bob)
        job = read(world.bob, "deals", "Opportunity ID,Deal,Account,Amount\nD-1,Pumps,Aurelia,1000\n", adopt=True)
        assert (counts(job), job.offers["adoptable"], job.offers["alike"]) == ((1, 0, 0, 0), 0, [])


def test_every_key_after_the_external_id_is_asked_in_its_order_and_no_record_is_given_twice(world: World) -> None:
    text = (
        "Account ID,Name,Country,Website\nC-1,Aurelia,Spain,\nC-2,Brasilux SA,Brazil,brasilux.example\n"
        "C-3,Brasilux,Brazil,nowhere.example\nC-4,Calyx,Chile,calyx.example\n"
    )
    with world.inside():
        aurelia, brasilux = account("Aurelia", country="Spain"), account("Brasilux", website="https://brasilux.example")
        job = read(world.olga, "accounts", text, match=[["external_id"], ["website"], ["name"]], adopt=True)
        assert (counts(job), job.offers["adoptable"]) == ((2, 2, 0, 0), 2)
        taken = {row["target_id"]: row["found_by"] for row in telling.preview_rows(job=job, verdict="update")}
        assert taken == {aurelia.pk: ("name",), brasilux.pk: ("website",)}
        assert [pair["likeness"] for pair in job.offers["alike"]] == [0.3333, 1.0]
