"""What three CRMs would export: the same customers, products and deals, each in its country's way of writing."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from keystead.base.money import Money
from keystead.web.templatetags import formats

AURELIA, BOREALIS = "Aurélia Foods", "Borealis Peñafiel"
TARGET = Decimal(100000)
CLOSED = Decimal("40000.50")  # Aurelia's deals of this year that are won, the first in February, the second in March
MOVED = Decimal("12499.50")
OPEN = Decimal("20000.00")
OTHER = Decimal("1234.56")  # won with Borealis
MISSPELT, PRODUCT = "GTXPro", "GTX Pro"
EXAMPLE_DEAL, MOVED_DEAL, OLD_DEAL, LOST_DEAL = "Câmaras frias", "Caminhões", "Obra velha", "Paletes"


@dataclass(frozen=True, slots=True)
class Crm:
    """How one CRM writes: headers and words in its language, and its numbers, days, separator and encoding."""

    language: str
    currency: str
    accounts: tuple[str, ...]  # headers: id, name, industry, employees, category, remark
    products: tuple[str, ...]  # headers: name, list price
    deals: tuple[str, ...]  # headers: id, name, account, product, stage, amount, close date
    stages: tuple[str, str, str]  # open, won, lost
    strategic: str
    separator: str
    encoding: str
    day: str

    def number(self, value: Decimal) -> str:
        return formats.number(value, self.language, places=2)

    def money(self, value: Decimal) -> str:
        """As the pages print it in full."""
        return formats.money(Money(value, self.currency), self.language)

    def short(self, value: Decimal) -> str:
        """As the grid prints it."""
        return formats.money_compact(Money(value, self.currency), self.language)

    def _file(self, headers: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.separator).writerows([headers, *rows])
        return text.getvalue().encode(self.encoding)

    def accounts_file(self) -> bytes:
        return self._file(self.accounts, [
            ("A-1", AURELIA, "Food", "1250", self.strategic, "VIP"),
            ("A-2", BOREALIS, "Wine", "80", self.strategic, "-"),
            ("A-3", "Cassiopeia Ltda.", "Steel", "310", "", "-"),
        ])  # fmt: skip

    def products_file(self) -> bytes:
        return self._file(self.products, [(PRODUCT, self.number(Decimal(9500))), ("Basic", self.number(Decimal("1234.56")))])

    def deals_file(self, year: int) -> bytes:
        """Five deals of Aurelia's, of which two are won this year, and one of Borealis's."""
        going, won, lost = self.stages
        rows = [
            ("D-1", EXAMPLE_DEAL, AURELIA, MISSPELT, won, CLOSED, date(year, 2, 28)),
            ("D-2", MOVED_DEAL, AURELIA, "Basic", won, MOVED, date(year, 3, 13)),
            ("D-3", "Linha de embalagem", AURELIA, PRODUCT, going, OPEN, date(year, 12, 30)),
            ("D-4", OLD_DEAL, AURELIA, "Basic", won, Decimal(5000), date(year - 1, 3, 31)),
            ("D-5", LOST_DEAL, AURELIA, "Basic", lost, Decimal(7000), date(year, 1, 15)),
            ("D-6", "Toldos", BOREALIS, "Basic", won, OTHER, date(year, 1, 20)),
        ]
        return self._file(self.deals, [(*row[:5], self.number(row[5]), row[6].strftime(self.day)) for row in rows])


CRMS = {
    crm.language: crm
    for crm in (
        Crm(
            "en", "GBP", ("Account ID", "Account Name", "Industry", "Employees", "Customer Segment", "Remark"),
            ("Product Name", "List Price"),
            ("Opportunity ID", "Opportunity Name", "Account Name", "Product", "Stage", "Amount", "Close Date"),
            ("Negotiation", "Won", "Lost"), "Strategic customer", ",", "utf-8", "%Y-%m-%d",
        ),
        Crm(
            "pt-br", "BRL", ("ID da conta", "Nome da conta", "Setor", "Funcionários", "Segmento", "Observação"),
            ("Nome do produto", "Preço de tabela"),
            ("ID da oportunidade", "Nome da oportunidade", "Nome da conta", "Produto", "Etapa", "Valor", "Data de fechamento"),
            ("Negociação", "Ganho", "Perdido"), "Cliente estratégico", ";", "cp1252", "%d/%m/%Y",
        ),
        Crm(
            "es", "EUR", ("ID de la cuenta", "Nombre de la cuenta", "Sector", "Empleados", "Segmento", "Observación"),
            ("Nombre del producto", "Precio de lista"),
            ("ID de la oportunidad", "Nombre de la oportunidad", "Nombre de la cuenta", "Producto", "Etapa", "Importe",
             "Fecha de cierre"),
            ("Negociación", "Ganado", "Perdido"), "Cliente estratégico", ";", "cp1252", "%d/%m/%Y",
        ),
    )
}  # fmt: skip
