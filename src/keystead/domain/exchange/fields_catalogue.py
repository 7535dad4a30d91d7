"""The catalogue of fields: names, types, and what files call them in English, Portuguese and Spanish.

Synonyms are compared by `header_key`, so case, accents, underscores and CamelCase do not matter. The surest
come first: where two columns would do for one field, the earlier synonym wins. Header names of the exports of
Salesforce, HubSpot, Pipedrive and Zoho are among them.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keystead.domain.exchange.fields import Field, Type

SEGMENTS = {
    "strategic": ("strategic customer", "cliente estratégico", "estratégico", "estrategico"),
    "steady": ("steady customer", "cliente estável", "estável", "cliente estable", "estable"),
    "expert_for_hire": ("expert for hire", "especialista contratado", "experto contratado", "especialista"),
    "no_relationship": ("no relationship", "none", "sem relacionamento", "sem relação", "sin relación"),
    "dormant": ("dormente", "adormecido", "inactive", "inativo", "inactivo", "dormido"),
    "negative": ("negativo", "negative relationship", "relação negativa", "relación negativa"),
}
STATUSES = {
    "open": ("aberto", "aberta", "abierto", "abierta", "in progress", "em andamento", "en curso", "pipeline",
             "active", "ativo", "activo"),
    "won": ("win", "closed won", "ganho", "ganha", "ganado", "ganada", "vencido", "vendido", "fechado ganho",
            "cerrada ganada", "cerrado ganado", "fechada ganha", "successful"),
    "lost": ("loss", "closed lost", "perdido", "perdida", "fechado perdido", "fechada perdida",
             "cerrado perdido", "cerrada perdida", "deleted", "abandoned"),
}  # fmt: skip
ORDER_KINDS = {
    "order": ("orders", "sales order", "pedido", "orden", "ordem", "purchase order", "new", "renewal"),
    "invoice": ("invoices", "invoiced", "bill", "fatura", "factura", "nota fiscal", "nf", "credit note"),
    "scheduled": ("schedule", "scheduled revenue", "programado", "programada", "agendado", "agendada",
                  "previsto", "planned"),
}  # fmt: skip
ROLES = {
    "owner": ("proprietário", "propietario", "dono"),
    "admin": ("administrator", "administrador", "administradora", "system administrator"),
    "manager": ("gerente", "gestor", "gestora", "sales manager", "supervisor", "coordenador", "jefe",
                "general manager"),
    "account_manager": ("key account manager", "kam", "gerente de contas", "gerente de cuentas", "sales rep",
                        "sales representative", "vendedor", "vendedora", "executivo de contas",
                        "account executive", "ejecutivo de cuentas", "sales agent", "sales support agent",
                        "standard user"),
    "contributor": ("colaborador", "colaboradora", "specialist", "especialista"),
    "viewer": ("read only", "leitor", "leitora", "lector", "lectora", "visualizador"),
    "guest": ("convidado", "convidada", "invitado", "invitada", "partner"),
}  # fmt: skip


def _field(name: str, type_: Type, label: Promise, *synonyms: str, **facts: Any) -> Field:
    return Field(name, type_, label, synonyms, **facts)


def _external_id(*synonyms: str) -> Field:
    """Ids come before numbers and codes: of "Account ID" and "Account Number", other files refer to the id."""
    ids = [name for name in synonyms if "id" in name.split()]
    codes = [name for name in synonyms if name not in ids]
    every = ("external id", "id", "record id", "uuid", "source id", "record id contact", "record id company", "record id deal",
             "id do registro", "id de registro")  # fmt: skip
    return _field(
        "external_id", "text", _("External id"), *ids, *every, *codes, "code", "código", "key", "chave", "clave", max_length=200
    )


_CURRENCY = ("currency", "currency iso code", "currency code", "moeda", "moneda", "divisa",
             "deal currency code", "código da moeda", "código de moneda", "deal currency",
             "currency symbol",
    "amount currency", "currency of value", "value currency", "moeda do valor", "moneda del importe",
    "valor moeda", "importe moneda")  # fmt: skip
_OWNER_WORDS = ("owner", "owner name", "sales agent", "salesperson", "sales person", "sales rep",
                "representative", "account manager", "kam", "key account manager", "assigned to",
                "responsável", "vendedor", "vendedora", "proprietário", "dono", "gerente de contas",
                "executivo", "responsable", "propietario", "ejecutivo", "comercial", "gerente de cuenta",
                "gerente de cuentas", "agente", "rep", "user", "owner id", "hubspot owner id",
                "owner email", "support rep id", "support rep", "owner alias")  # fmt: skip
_ACCOUNT_WORDS = ("account", "account name", "company", "company name", "customer", "customer name", "client",
                  "client name", "organization", "organisation", "organization name", "associated company",
                  "associated companies", "cliente", "conta", "empresa", "nome da conta", "nome do cliente",
                  "nome da empresa", "cuenta", "nombre de la cuenta", "nombre del cliente",
                  "nombre de la empresa", "razão social", "razón social", "sold to", "org name",
                  "account id", "customer id", "company id", "organization id", "org id", "client id",
                  "associated company id", "cliente id", "id do cliente", "id da conta",
                  "associated company ids", "associated company ids primary", "primary associated company id",
                  "primary associated company", "property company", "empresa associada", "empresa associada principal",
                  "empresa asociada", "empresa asociada primaria")  # fmt: skip
_PRODUCT_WORDS = ("product", "product name", "item", "item name", "produto", "nome do produto", "producto",
                  "nombre del producto", "article", "artigo", "artículo", "solution", "solução", "solución",
                  "service", "serviço", "servicio", "products", "product id", "product code", "sku",
                  "product 2 id", "item id", "produto id")  # fmt: skip
_REGION = ("region", "regional office", "sales region", "território", "território de vendas", "territory",
           "sales territory", "região", "regional", "región", "territorio", "escritório regional",
           "oficina regional", "zona", "office", "filial", "sucursal", "area", "área")  # fmt: skip
_TEAM = ("team", "sales team", "team name", "team key", "equipe", "time", "equipo", "equipo de ventas",
         "equipe de vendas", "hubspot team", "squad", "business unit", "unidade de negócio",
         "unidad de negocio", "division", "department")  # fmt: skip

_ACCOUNTS = [
    _field("name", "text", _("Name"), "name", "account name", "account", "company name", "company",
           "organization name", "organization", "organisation", "customer", "customer name", "client",
           "client name", "nome", "nome da conta", "nome do cliente", "conta", "cliente", "empresa",
           "nome da empresa", "razão social", "nome fantasia", "nombre", "cuenta", "nombre de la cuenta",
           "nombre del cliente", "nombre de la empresa", "razón social", required=True, max_length=300),
    _external_id("account id", "company id", "organization id", "customer id", "client id", "account number",
                 "id da conta", "id do cliente", "id de la cuenta", "código do cliente",
                 "código de cliente", "cnpj", "nif", "organization id"),
    _field("parent", "reference", _("Parent account"), "parent", "parent account", "parent company",
           "subsidiary of", "parent name", "group", "holding", "conta pai", "conta principal", "matriz",
           "empresa mãe", "grupo", "subsidiária de", "cuenta principal", "cuenta padre", "empresa matriz",
           "casa matriz", "filial de", "subsidiaria de", "parent account name", "parent id",
           "parent account id", "parent company id", "ultimate parent", "headquarters", to="accounts",
           max_length=300),
    _field("industry", "text", _("Industry"), "industry", "sector", "vertical", "branch",
           "segmento de mercado", "setor", "indústria", "ramo", "ramo de atividade", "industria", "rubro",
           "ramo de actividad", "line of business", max_length=100),
    _field("country", "text", _("Country"), "country", "billing country", "office location", "country region",
           "headquarters country", "hq country", "país", "pais", "país de faturamento",
           "país de facturación", "location", "localização", "ubicación", "billing country code",
           "country code", "shipping country", "mailing country", "address country", "nation",
           max_length=100),
    _field("website", "url", _("Website"), "website", "web site", "url", "site", "homepage", "web", "domain",
           "company domain name", "domínio", "sítio", "página web", "sitio web", "dominio", "webseite",
           "web page", max_length=300),
    _field("employees", "integer", _("Employees"), "employees", "number of employees", "employee count",
           "no of employees", "num employees", "numberofemployees", "headcount", "company size",
           "funcionários", "número de funcionários", "colaboradores", "empregados",
           "quantidade de funcionários", "empleados", "número de empleados", "plantilla"),
    _field("status", "text", _("Status"), "status", "account status", "customer status", "lifecycle stage",
           "situação", "estado da conta", "estado", "estado de la cuenta", "situación", "type",
           "account type", "company type", "tipo", "active", max_length=100),
    _field("segment_current", "enum", _("Current segment"), "segment current", "current segment", "segment",
           "customer segment", "segmento", "segmento atual", "segmento actual", "customer category",
           "categoria", "classification", values=SEGMENTS),
    _field("segment_target", "enum", _("Target segment"), "segment target", "target segment",
           "desired segment", "segmento alvo", "segmento desejado", "segmento objetivo", "segmento meta",
           values={value: SEGMENTS[value] for value in list(SEGMENTS)[:4]}),
    _field("owner", "reference", _("Owner"), "account owner", "company owner", "organization owner",
           *_OWNER_WORDS, "proprietário da conta", "propietario de la cuenta", to="members", max_length=200),
    _field("former", "bool", _("Former customer"), "former", "former customer", "churned", "is former",
           "ex cliente", "cliente antigo", "antiguo cliente", "inactive", "lost customer", "is inactive"),
]  # fmt: skip

_FIRST = ("first name", "firstname", "given name", "forename", "primeiro nome", "prenome", "primer nombre",
          "nombre de pila", "nombres", "first", "given names", "nome próprio", "nome de batismo", "nombre propio")  # fmt: skip
_LAST = ("last name", "lastname", "surname", "family name", "sobrenome", "apelido", "último nome", "apellido",
         "apellidos", "last", "family names", "nome de família", "sobrenomes", "apelidos", "nombre de familia",
         "primer apellido", "apellido paterno")  # fmt: skip
_EMAIL = ("email", "e mail", "email address", "e mail address", "mail", "work email", "primary email",
          "correio", "endereço de email", "correo", "correo electrónico", "dirección de correo", "email 1",
          "business email", "email work", "correio eletrônico")  # fmt: skip

_CONTACTS = [
    _field("first_name", "text", _("First name"), *_FIRST, max_length=150),
    _field("last_name", "text", _("Last name"), *_LAST, max_length=150),
    _field("full_name", "text", _("Full name"), "full name", "name", "contact name", "contact",
           "nome completo", "nome", "nome do contato", "contato", "contacto", "nombre completo", "nombre",
           "nombre del contacto", "person", "person name", max_length=300),
    _external_id("contact id", "person id", "id do contato", "id del contacto", "vid", "contact record id"),
    _field("email", "email", _("E-mail"), *_EMAIL, max_length=254),
    _field("phone", "text", _("Phone"), "phone", "phone number", "telephone", "business phone",
           "work phone", "telefone", "fone", "tel", "telefone comercial", "teléfono", "número de teléfono",
           "mobile", "mobile phone", "cell", "cell phone", "celular", "móvil", "mobile phone number",
           "phone work", "phone mobile", "whatsapp", max_length=100),
    _field("title", "text", _("Title"), "title", "job title", "position", "role", "function", "cargo",
           "função", "posição", "puesto", "función", "posición", "jobtitle", "título", max_length=200),
    _field("account", "reference", _("Account"), *_ACCOUNT_WORDS, to="accounts", max_length=300),
    _field("reports_to", "reference", _("Reports to"), "reports to", "manager", "supervisor", "boss",
           "reports to id", "reporta a", "superior", "chefe", "gestor", "gerente", "jefe", "depende de",
           "reporting to", to="contacts", max_length=300),
]  # fmt: skip

_PRODUCTS = [
    _field("name", "text", _("Name"), "name", "product name", "product", "item", "item name", "nome",
           "produto", "nome do produto", "producto", "nombre", "nombre del producto", "article", "artigo",
           "artículo", "service", "serviço", "servicio", "description", "descrição", "descripción",
           required=True, max_length=300),
    _external_id("product id", "product code", "sku", "item id", "código do produto", "código del producto",
    "part number", "reference", "referência", "referencia", "stock keeping unit", "hs sku"),
    _field("parent", "reference", _("Product line"), "parent", "product line", "series", "product family",
           "family", "category", "product category", "product group", "line", "linha", "linha de produto",
           "linha de produtos", "família", "categoria", "série", "línea", "línea de producto", "familia",
           "categoría", "serie", "parent product", "grupo", "range", to="products", max_length=300),
    _field("list_price", "money", _("List price"), "list price", "sales price", "price", "unit price",
           "standard price", "preço", "preço de tabela", "preço unitário", "preço de lista",
           "preço de venda", "valor", "precio", "precio de lista", "precio unitario", "precio de venta",
           "retail price", "msrp", "catalog price", currency="currency"),
    _field("currency", "currency", _("Currency"), *_CURRENCY, "list price currency", max_length=3),
]  # fmt: skip

_DEALS = [
    _field("name", "text", _("Name"), "name", "deal name", "opportunity name", "deal", "opportunity",
           "deal title", "title", "nome", "nome do negócio", "negócio", "nome da oportunidade",
           "oportunidade", "título", "nombre", "nombre del negocio", "negocio", "nombre de la oportunidad",
           "oportunidad", "potential name", "dealname", "subject", "assunto", "asunto", max_length=300),
    _external_id("opportunity id", "deal id", "id da oportunidade", "id do negócio", "id de la oportunidad",
                 "id del negocio", "opportunity number", "potential id", "case safe id"),
    _field("account", "reference", _("Account"), *_ACCOUNT_WORDS, to="accounts", max_length=300),
    _field("product", "reference", _("Product"), *_PRODUCT_WORDS, to="products", max_length=300),
    _field("owner", "reference", _("Owner"), "deal owner", "opportunity owner", *_OWNER_WORDS,
           "proprietário do negócio", "proprietário da oportunidade", "propietario del negocio",
           "propietario de la oportunidad", to="members", max_length=200),
    _field("stage", "reference", _("Stage"), "stage", "deal stage", "stage name", "opportunity stage",
           "sales stage", "pipeline stage", "dealstage", "etapa", "etapa do negócio", "estágio", "fase",
           "etapa de venda", "fase de venda", "etapa del negocio", "fase de venta", "etapa de ventas",
           "fase de ventas", "deal pipeline stage id", "stage id", to="stages", max_length=100),
    _field("status", "enum", _("Status"), "status", "deal status", "opportunity status", "result",
           "outcome", "situação", "estado", "situación", "resultado", "won lost", "status do negócio",
           "estado del negocio", values=STATUSES),
    _field("probability", "percent", _("Probability"), "probability", "probability %", "deal probability",
           "win probability", "probabilidade", "probabilidad", "chance", "chance de ganho", "likelihood",
           "confidence", places=2),
    _field("amount", "money", _("Amount"), "amount", "close value", "deal value", "deal amount", "value",
           "total amount", "opportunity amount", "amount in company currency", "valor", "valor do negócio",
           "valor total", "montante", "importe", "monto", "valor del negocio", "importe total", "revenue",
           "receita", "ingresos", "total", "price", "contract value", "acv", "tcv", "arr", "deal size",
           "receita esperada", "sales", "faturamento", currency="currency"),
    _field("currency", "currency", _("Currency"), *_CURRENCY, max_length=3),
    _field("created_date", "day", pgettext_lazy("day of a deal", "Created"), "created date", "engage date", "create date",
           "created", "deal created", "creation date", "createdate", "add time", "created time", "created at",
           "open date", "start date", "data de criação", "criado em", "data de abertura", "data de início",
           "fecha de creación", "creado", "fecha de apertura", "fecha de inicio", "creado el"),
    _field("close_date", "day", _("Close date"), "close date", "closed date", "closing date",
           "expected close date", "closedate", "won time", "deal closed on", "estimated close date",
           "closed at", "data de fechamento", "fechamento", "data prevista de fechamento",
           "data do fechamento", "previsão de fechamento", "fecha de cierre", "cierre",
           "fecha prevista de cierre", "fecha estimada de cierre", "end date", "close time",
           "data de encerramento"),
    _field("lost_reason", "text", _("Lost because"), "lost reason", "loss reason", "closed lost reason",
           "reason for loss", "reason lost", "motivo da perda", "motivo de perda", "razão da perda",
           "motivo de pérdida", "razón de la pérdida", "motivo", "reason", max_length=300),
    _field("team_key", "text", _("Team"), *_TEAM, max_length=100),
]  # fmt: skip

_ORDERS = [
    _field("number", "text", _("Number"), "number", "order number", "invoice number", "order no",
           "invoice no", "order id", "invoice id", "sales order", "order", "invoice", "número",
           "número do pedido", "pedido", "nº do pedido", "nota fiscal", "número da nota", "fatura",
           "número da fatura", "número de pedido", "número de factura", "factura", "orden",
           "número de orden", "so number", "document number", "po number", max_length=100),
    _external_id("order record id", "line id", "invoice line id"),
    _field("account", "reference", _("Account"), *_ACCOUNT_WORDS, to="accounts", max_length=300),
    _field("product", "reference", _("Product"), *_PRODUCT_WORDS, to="products", max_length=300),
    _field("amount", "money", _("Amount"), "amount", "total", "total amount", "order amount",
           "invoice amount", "order total", "grand total", "net amount", "value", "sales", "revenue",
           "valor", "valor total", "valor do pedido", "valor da nota", "montante", "importe", "monto",
           "importe total", "monto total", "receita", "ingresos", "subtotal", "line total", "total price",
           required=True, currency="currency"),
    _field("currency", "currency", _("Currency"), *_CURRENCY, max_length=3),
    _field("order_date", "day", _("Date"), "order date", "date", "invoice date", "effective date",
           "billing date", "posting date", "schedule date", "data", "data do pedido", "data da fatura",
           "data de emissão", "emissão", "fecha", "fecha del pedido", "fecha de pedido", "fecha de factura",
           "fecha de emisión", "created date", "date placed", "due date", required=True),
    _field("kind", "enum", _("Kind"), "kind", "order kind", "document type", "type", "order type", "tipo",
           "tipo de documento", "tipo de pedido", values=ORDER_KINDS),
    _field("team_key", "text", _("Team"), *_TEAM, max_length=100),
]  # fmt: skip

_MEMBERS = [
    _field("name", "text", _("Name"), "name", "full name", "sales agent", "user", "user name", "member",
           "salesperson", "sales person", "sales rep", "rep", "employee", "employee name", "representative",
           "account manager", "nome", "nome completo", "vendedor", "usuário", "funcionário", "colaborador",
           "nombre", "nombre completo", "usuario", "empleado", "owner", "agent", "agente", "comercial",
           required=True, max_length=200),
    _field("first_name", "text", _("First name"), *_FIRST, max_length=150),
    _field("last_name", "text", _("Last name"), *_LAST, max_length=150),
    _external_id("user id", "owner id", "employee id", "employee number", "member id", "agent id",
    "id do usuário", "id del usuario", "matrícula"),
    _field("email", "email", _("E-mail"), *_EMAIL, "username", max_length=254),
    _field("role", "enum", _("Role"), "role", "profile", "permission", "papel", "perfil", "função", "rol",
           "función", "user role", "access", "user type", values=ROLES),
    _field("manager", "reference", pgettext_lazy("of a member", "Manager"), "manager", "manager name", "sales manager",
           "reports to", "supervisor", "regional manager", "boss", "team lead", "gerente", "gestor", "superior", "chefe",
           "reporta a", "responsável", "jefe", "responsable", "manager id", "reports to id",
           "manager email", to="members", max_length=200),
    _field("region", "text", _("Region"), *_REGION, max_length=100),
    _field("team", "text", _("Team"), *_TEAM, max_length=100),
]  # fmt: skip

_RATES = [
    _field("base", "currency", _("From currency"), "base", "base currency", "from", "from currency",
           "source currency", "de", "moeda base", "moeda de origem", "moneda base", "moneda de origen",
           "currency from", "currency", "moeda", "moneda", required=True, max_length=3),
    _field("quote", "currency", _("To currency"), "quote", "quote currency", "to", "to currency",
           "target currency", "para", "moeda de destino", "moeda cotada", "moneda de destino",
           "moneda cotizada", "currency to", "a", "counter currency", required=True, max_length=3),
    _field("date", "day", _("Date"), "date", "rate date", "day", "valid from", "effective date", "data",
           "dia", "data da cotação", "fecha", "día", "time period", "start date", required=True),
    _field("rate", "number", _("Rate"), "rate", "exchange rate", "fx rate", "conversion rate", "value",
           "taxa", "taxa de câmbio", "câmbio", "cotação", "tasa", "tipo de cambio", "tasa de cambio",
           "cotización", "obs value", "close", "valor", "price", required=True, whole=12, places=12, positive=True),
    _field("source", "text", _("Source"), "source", "provider", "fonte", "origem", "fuente", "origen",
           max_length=100),
    _external_id(),
]  # fmt: skip


CATALOGUE: dict[str, dict[str, Field]] = {
    kind: {field.name: field for field in fields}
    for kind, fields in (
        ("accounts", _ACCOUNTS), ("contacts", _CONTACTS), ("products", _PRODUCTS), ("deals", _DEALS),
        ("orders", _ORDERS), ("members", _MEMBERS), ("rates", _RATES),
    )
}  # fmt: skip
