"""Files of what is shown."""

import io
from datetime import date
from decimal import Decimal

from python_calamine import CalamineWorkbook

from keystead.data.models import Account
from keystead.domain.deals.editing import create_deal
from keystead.domain.exchange.recognising.columns import guess_mapping
from keystead.domain.plans.editing import create_plan
from tests.support.world import World, account
from tests.web.grid.lists import ACCOUNTS, DEALS, PLANS, TODAY, as_, text_of


def test_the_file_has_the_columns_order_groups_and_filters_of_the_page_and_sleeping_formulas(
    world: World, aurelia: Account
) -> None:
    with world.inside():
        account("=1+1", owner=world.bob, country="Spain", employees=5)
        account("Condax", owner=world.bob, country="Brazil")
    asked = "?country=spain&group=owner&order=-employees&columns=name,employees&foot_employees=avg"
    client = as_(world.olga)
    lines = text_of(client.get(f"{ACCOUNTS}export.csv{asked}")).splitlines()
    assert lines == ["\ufeffOwner,Account,Employees", "Alice Alvarez,Aurelia Foods,1200", "Bob Brown,'=1+1,5"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{ACCOUNTS}export.xlsx{asked}").content))
    rows, groups = (book.get_sheet_by_name(name).to_python() for name in ("Accounts", "Groups"))
    assert rows[1:] == [["Alice Alvarez", "Aurelia Foods", 1200], ["Bob Brown", "=1+1", 5], ["", "2 accounts", 602.5]]
    assert groups == [["Owner", "Rows", "Employees, average"], ["Alice Alvarez", 1, 1200], ["Bob Brown", 1, 5]]


def test_a_file_says_what_it_is_grouped_by_once(world: World, aurelia: Account) -> None:
    """Two columns of one name are what no pivot table takes; the month of a day is another thing than the day."""
    client = as_(world.alice)
    lines = text_of(client.get(f"{DEALS}export.csv?group=status&columns=name,status")).splitlines()
    assert lines[0] == "\ufeffDeal,Status"
    assert lines[1].split(",")[1] in ("Open", "Won")
    content = client.get(f"{DEALS}export.xlsx?group=status,account&columns=name,status").content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Deals").to_python()
    assert rows[0] == ["Account", "Deal", "Status"]
    assert rows[1][0] == "Aurelia Foods"
    days = text_of(client.get(f"{DEALS}export.csv?group=close_date&columns=name,close_date")).splitlines()
    assert days[0] == "\ufeffCloses,Deal,Closes"


def test_money_goes_into_the_file_as_a_number_beside_its_currency(world: World, aurelia: Account) -> None:
    lines = text_of(as_(world.alice).get(f"{DEALS}export.csv?columns=name,amount&order=amount")).splitlines()
    assert lines[0] == '\ufeffDeal,Amount,"Amount, currency"'
    assert lines[1:] == ["Cold-chain renewal,100.00,EUR", "Fleet,2500000.00,EUR"]
    assert guess_mapping("deals", ["Deal", "Amount", "Amount, currency"])["Amount, currency"].field == "currency"


def test_a_plans_period_is_two_days_in_a_file_and_its_ratios_have_four_decimals(world: World, aurelia: Account) -> None:
    with world.inside(world.alice):
        fields = {"account": aurelia, "name": "Growth", "currency": "JPY", "target": Decimal(3_000_000)}
        create_plan(
            viewer=world.alice, fields=fields | {"start_date": date(2025, 1, 1), "end_date": date(2025, 12, 31)}, today=TODAY
        )
        vans = {"name": "Vans", "account": aurelia, "amount": Decimal(2_500_000), "currency": "JPY", "status": "won"}
        create_deal(viewer=world.alice, fields=vans | {"close_date": date(2025, 3, 1)})
    lines = text_of(as_(world.alice).get(f"{PLANS}export.csv?columns=account,period,target,won,achievement")).splitlines()
    assert lines[0].split(",", 1)[1] == 'From,"To, included",Target,"Target, currency",Won,"Won, currency",Achievement'
    assert lines[1].endswith(",2025-01-01,2025-12-31,3000000,JPY,2500000,JPY,0.8333")
