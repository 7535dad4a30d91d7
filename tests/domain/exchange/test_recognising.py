"""Which field a column is and which kind a file is."""

import pytest

from keystead.domain.exchange.fields import KINDS, fields_of, header_key
from keystead.domain.exchange.parsing.detecting import columns_facts
from keystead.domain.exchange.recognising.columns import EarlierMapping, guess_mapping
from keystead.domain.exchange.recognising.kinds import guess_kind
from keystead.domain.exchange.recognising.stages import status_of_stage


def mapped(kind: str, *headers: str) -> dict[str, str]:
    return {header: guess.field for header, guess in guess_mapping(kind, headers).items()}


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("deals", {"opportunity_id": "external_id", "sales_agent": "owner", "product": "product", "account": "account",
                   "deal_stage": "stage", "engage_date": "created_date", "close_date": "close_date", "close_value": "amount"}),
        ("accounts", {"account": "name", "sector": "industry", "employees": "employees", "office_location": "country",
                      "subsidiary_of": "parent"}),
        ("products", {"product": "name", "series": "parent", "sales_price": "list_price"}),
        ("members", {"sales_agent": "name", "manager": "manager", "regional_office": "region"}),
        ("deals", {"Opportunity ID": "external_id", "Opportunity Name": "name", "Account Name": "account", "Amount": "amount",
                   "Amount Currency": "currency", "Close Date": "close_date", "Opportunity Owner": "owner", "Stage": "stage",
                   "Probability (%)": "probability", "Created Date": "created_date"}),
        ("deals", {"Record ID": "external_id", "Deal Name": "name", "Deal Stage": "stage", "Close Date": "close_date",
                   "Deal owner": "owner", "Amount": "amount", "Create Date": "created_date", "Closed Lost Reason": "lost_reason",
                   "Associated Company": "account"}),
        ("deals", {"Deal - ID": "external_id", "Deal - Title": "name", "Deal - Organization": "account", "Deal - Value": "amount",
                   "Deal - Currency of Value": "currency", "Deal - Stage": "stage", "Deal - Owner": "owner",
                   "Deal - Status": "status", "Deal - Expected close date": "close_date", "Deal - Deal created": "created_date",
                   "Deal - Lost reason": "lost_reason", "Deal - Probability": "probability"}),
        ("deals", {"Potential Name": "name", "Account Name": "account", "Closing Date": "close_date", "Stage": "stage",
                   "Amount": "amount", "Deal Owner": "owner", "Created Time": "created_date"}),
        ("deals", {"Código": "external_id", "Negócio": "name", "Cliente": "account", "Responsável": "owner", "Etapa": "stage",
                   "Valor": "amount", "Moeda": "currency", "Data de criação": "created_date",
                   "Previsão de fechamento": "close_date", "Motivo da perda": "lost_reason", "Equipe": "team_key"}),
        ("deals", {"Oportunidad": "name", "Cuenta": "account", "Propietario": "owner", "Fase": "stage", "Importe": "amount",
                   "Divisa": "currency", "Fecha de creación": "created_date", "Fecha de cierre": "close_date",
                   "Probabilidad": "probability"}),
        ("contacts", {"CustomerId": "account", "FirstName": "first_name", "LastName": "last_name", "Phone": "phone",
                      "Email": "email"}),
        ("contacts", {"Nome": "full_name", "Empresa": "account", "Cargo": "title", "E-mail": "email", "Celular": "phone",
                      "Reporta a": "reports_to"}),
        ("orders", {"InvoiceId": "number", "CustomerId": "account", "InvoiceDate": "order_date", "Total": "amount"}),
        ("rates", {"From": "base", "To": "quote", "Date": "date", "Exchange rate": "rate", "Source": "source"}),
        ("accounts", {"Billing_Country__c": "country", "Name": "name", "NumberOfEmployees": "employees", "ParentId": "parent"}),
    ],
)  # fmt: skip
def test_the_columns_of_usual_exports_are_known(kind: str, headers: dict[str, str]) -> None:
    assert mapped(kind, *headers) == headers


def test_a_field_is_used_once_and_by_the_surest_column() -> None:
    guesses = guess_mapping("accounts", ["billing_country", "country", "shipping_country"])
    assert {header: guess.field for header, guess in guesses.items()} == {"country": "country"}
    assert guesses["country"].why == "name"


def test_a_column_that_is_full_wins_over_an_empty_one_of_a_better_name() -> None:
    headers = ["Name", "Country", "Office location"]
    facts = columns_facts(headers, [["Acme", "", "Spain"], ["Bolt", "", "Brazil"]], locale="en")
    assert {h: g.field for h, g in guess_mapping("accounts", headers, facts).items()} == {
        "Name": "name",
        "Office location": "country",
    }


def test_a_name_that_its_content_contradicts_is_not_taken() -> None:
    headers = ["Name", "Amount", "Close date", "Currency"]
    facts = columns_facts(headers, [["Big", "large", "soon", "the usual"]], locale="en")
    assert {h: g.field for h, g in guess_mapping("deals", headers, facts).items()} == {"Name": "name"}


def test_a_choice_whose_words_are_unknown_is_left_to_the_person() -> None:
    headers = ["Name", "Role"]
    known = columns_facts(headers, [["Ana", "Manager"]], locale="en")
    unknown = columns_facts(headers, [["Ana", "Wizard"]], locale="en")
    assert "Role" in guess_mapping("members", headers, known)
    assert "Role" not in guess_mapping("members", headers, unknown)


def test_small_slips_in_a_header_are_forgiven() -> None:
    guess = guess_mapping("deals", ["Oportunity", "Probabilty"])
    assert {h: (g.field, g.why) for h, g in guess.items()} == {
        "Oportunity": ("name", "likeness"),
        "Probabilty": ("probability", "likeness"),
    }
    assert all(0.5 <= g.confidence < 0.8 for g in guess.values())


def test_addresses_are_known_by_what_they_are() -> None:
    headers = ["Last name", "Where to write", "Nada"]
    facts = columns_facts(headers, [["Lima", "ana@example.com", ""], ["Reis", "rui@example.com", ""]], locale="en")
    guess = guess_mapping("contacts", headers, facts)["Where to write"]
    assert (guess.field, guess.why) == ("email", "content")


@pytest.mark.parametrize(
    "headers",
    [
        "First Name,Last Name", "Last Name,First Name", "Name,Surname", "Surname,Name", "Nome,Sobrenome", "Sobrenome,Nome",
        "Nome próprio,Apelido", "Nome,Nome de família", "Nombre,Apellidos", "Apellido,Nombre", "Nombre,Primer apellido",
        "Given Name,Family Name", "First,Last", "property_firstname,property_lastname",
    ],
)  # fmt: skip
def test_a_persons_name_in_two_columns_is_recognised_in_every_language_and_order(headers: str) -> None:
    for kind, more in (("contacts", ["Email", "Account"]), ("members", ["Manager", "Region"])):
        found = mapped(kind, *headers.split(","), *more)
        assert {"first_name", "last_name"} <= set(found.values()), found
        first = next(header for header, name in found.items() if name == "first_name")
        assert first.startswith(("First", "Given", "Nom", "Name", "property_first"))
        assert "fam" not in first
    assert guess_kind([*headers.split(","), "Account", "Job title"])[0][0] == "contacts"


def test_a_name_without_a_family_name_beside_it_is_the_whole_name() -> None:
    assert mapped("contacts", "Nome", "Empresa")["Nome"] == "full_name"
    assert mapped("contacts", "Name", "First Name", "Last Name")["Name"] == "full_name"
    assert mapped("members", "Nome", "Região")["Nome"] == "name"


@pytest.mark.parametrize(
    "headers",
    [
        "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Associated Company,Lead Status,Create Date",
        "Record ID - Contact,First Name,Last Name,Email,Associated Company IDs (Primary)",
        "ID do registro,Nome,Sobrenome,E-mail,Número de telefone,Proprietário do contato,Empresa associada",
        "ID de registro,Nombre,Apellidos,Correo,Número de teléfono,Propietario del contacto,Empresa asociada",
        "id,property_firstname,property_lastname,property_email,property_company,property_jobtitle",
        "Contact ID,Salutation,First Name,Last Name,Title,Account Name,Mailing Country,Phone,Fax,Mobile,Email,Account Owner",
        "id,account_id,first_name,last_name,name,email,phone,title,reports_to_id,owner_id,mailing_country,lead_source",
    ],
)
def test_exports_of_people_are_recognised_as_they_are(headers: str) -> None:
    found = mapped("contacts", *headers.split(","))
    assert {"external_id", "first_name", "last_name", "email", "account"} <= set(found.values()), found
    kind, share = guess_kind(headers.split(","), filename="export.csv")[0]
    assert (kind, share > 0.6) == ("contacts", True)


def test_the_files_own_key_is_found_by_being_unique() -> None:
    headers = ["CustomerId", "LastName", "Company", "Site Id"]
    rows = [["1", "Lima", "Acme", "9"], ["2", "Reis", "Acme", "9"]]
    guesses = guess_mapping("contacts", headers, columns_facts(headers, rows, locale="en"))
    assert {h: g.field for h, g in guesses.items()} == {
        "CustomerId": "external_id",
        "LastName": "last_name",
        "Company": "account",
    }


def test_a_list_of_sales_that_names_people_is_no_list_of_people_and_an_order_number_no_key_of_theirs() -> None:
    headers = ["Customer ID", "First Name", "Surname", "Order ID", "Sales"]
    assert guess_kind(headers)[0][1] < 0.6
    rows = [["247", "Kevina", "Teresse", "1087", "699.19"], ["247", "Kevina", "Teresse", "1088", "91.05"]]
    assert "Order ID" not in guess_mapping("contacts", headers, columns_facts(headers, rows, locale="en"))


def test_the_columns_of_an_errors_file_are_ignored() -> None:
    assert mapped("accounts", "Name", "_row", "_problems") == {"Name": "name"}


def test_an_earlier_mapping_of_the_same_headers_is_taken_as_it_was() -> None:
    earlier = [EarlierMapping("deals", ["Name", "Amount", "Stage"], {"NAME": "external_id", "amount": "amount"})]
    guesses = guess_mapping("deals", ["name", "Amount", "Stage"], earlier=earlier)
    assert {h: (g.field, g.why) for h, g in guesses.items()} == {"name": ("external_id", "saved"), "Amount": ("amount", "saved")}


def test_an_earlier_mapping_decides_for_its_columns_and_the_new_ones_are_guessed() -> None:
    earlier = [
        EarlierMapping("accounts", ["Ref"], {"Ref": "name"}),
        EarlierMapping("deals", ["Gone"], {"Gone": "name"}),
        EarlierMapping("deals", [], {}),
        EarlierMapping("deals", ["Ref"], {"Ref": "name"}),
    ]
    guesses = guess_mapping("deals", ["Ref", "Amount"], earlier=earlier)
    assert {h: (g.field, g.why) for h, g in guesses.items()} == {"Ref": ("name", "saved"), "Amount": ("amount", "name")}


@pytest.mark.parametrize(
    ("headers", "filename", "kind"),
    [
        (["account", "sector", "year_established", "revenue", "employees", "office_location"], "a.csv", "accounts"),
        (["product", "series", "sales_price"], "a.csv", "products"),
        (["opportunity_id", "sales_agent", "product", "account", "deal_stage", "close_date", "close_value"], "a.csv", "deals"),
        (["sales_agent", "manager", "regional_office"], "a.csv", "members"),
        (["FirstName", "LastName", "Company", "Phone", "Email"], "a.csv", "contacts"),
        (["EmployeeId", "LastName", "FirstName", "Title", "ReportsTo", "Email"], "Employee.csv", "members"),
        (["InvoiceId", "CustomerId", "InvoiceDate", "Total"], "a.csv", "orders"),
        (["Base", "Quote", "Date", "Rate"], "a.csv", "rates"),
        (["Nome", "Setor", "País", "Funcionários"], "a.csv", "accounts"),
        (["Oportunidad", "Cuenta", "Fase", "Importe", "Fecha de cierre"], "a.csv", "deals"),
        (["Name"], "export/products 2025.xlsx", "products"),
    ],
)  # fmt: skip
def test_the_kind_of_a_file_is_known_by_its_headers_and_its_name(headers: list[str], filename: str, kind: str) -> None:
    shares = guess_kind(headers, filename=filename)
    assert shares[0][0] == kind
    assert abs(sum(share for _kind, share in shares) - 1) < 0.001


def test_no_headers_are_no_kind_in_particular() -> None:
    assert len(guess_kind([])) == len(KINDS)


@pytest.mark.parametrize(
    ("header", "key"),
    [("Billing_Country__c", "billing country"), ("billingCountry", "billing country"), ("Último  Nome", "ultimo nome"),
     ("property_dealname", "dealname"), ("hs_object_id", "object id"), ("CRMName", "crm name"), ("C", "c"), ("hs", "hs")],
)  # fmt: skip
def test_a_header_is_reduced_to_what_it_says(header: str, key: str) -> None:
    assert header_key(header) == key


@pytest.mark.parametrize("kind", KINDS)
def test_the_catalogue_is_sound(kind: str) -> None:
    for name, field in fields_of(kind).items():
        assert field.name == name
        assert str(field.label)
        assert (field.type == "reference") == (field.to is not None)
        assert (field.type == "enum") == (field.values is not None)
        assert field.max_length > 0 or field.type not in ("text", "reference", "email", "url")
        assert not field.currency or fields_of(kind)[field.currency].type == "currency"
        assert mapped(kind, name)[name] == name


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        ("Won", "won"), ("Closed Won", "won"), ("Ganha", "won"), ("Ganada", "won"), ("5. Fechado (ganho)", "won"),
        ("Cerrada ganada", "won"),
        ("Lost", "lost"), ("Closed - Lost", "lost"), ("Perdida", "lost"), ("Fechado perdido", "lost"), ("No decision", "lost"),
        ("Engaging", "open"), ("Prospecting", "open"), ("Negociação", "open"), ("Propuesta enviada", "open"),
        ("Qualified To Buy", "open"),
        ("Closed", None), ("Not won", None), ("Won or lost", None), ("Limbo", None), ("", None), ("GavUFuuf4DrnQAoiRGlWpQ==",
        None),
    ],
)  # fmt: skip
def test_stages_tell_won_from_lost_in_three_languages(stage: str, status: str | None) -> None:
    assert status_of_stage(stage) == status


@pytest.mark.parametrize(
    ("headers", "filename"),
    [
        (["owner_id", "team_id", "is_team_primary", "_fivetran_synced"], "owner_team_data.csv"),
        (["contact_id", "contact_list_id", "added_at"], "contact_list_member_data.csv"),
        (["deal_id", "company_id", "type_id"], "deal_company_data.csv"),
        (["pipeline_id", "created_at", "active", "display_order"], "deal_pipeline_data.csv"),
    ],
)
def test_a_table_that_links_records_by_their_ids_is_taken_for_none_of_them(headers: list[str], filename: str) -> None:
    assert guess_kind(headers, filename=filename)[0][1] < 0.6
