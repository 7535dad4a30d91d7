"""Records without an external id that a file with ids may mean: told, and taken only when somebody says so."""

from keystead.data.models import Account, Contact
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
