"""What a stage's name says about its deals: won, lost or open, by the usual names in three languages."""

import re
from functools import lru_cache
from typing import Literal

from keystead.base.words import fold

type Status = Literal["open", "won", "lost"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WON = _words(
    """won win ganho ganha ganhos ganhas ganhou ganado ganada ganados ganadas gano vendido vendida vencido
    vencida sold conquistado conquistada successful ganhamos"""
)
_LOST = _words(
    """lost loss lose perdido perdida perdidos perdidas perda perdeu perdio perdemos abandoned abandonado
    abandonada disqualified desqualificado desqualificada descalificado descalificada descartado descartada
    dead rejected rejeitado rejeitada rechazado rechazada cancelled canceled cancelado cancelada unqualified
    declined recusado recusada"""
)
_OPEN = _words(
    """open aberto aberta abierto abierta prospecting prospect prospects prospeccao prospeccion prospecto
    engaging engaged engagement engajamento qualification qualified qualifying qualify qualificacao
    qualificado qualificada calificacion cualificacion calificado cualificado discovery descoberta
    descubrimiento diagnostico lead leads new novo nova nuevo nueva proposal proposta propuesta quote
    quotation cotacao cotizacion orcamento presupuesto negotiation negotiating negociacao negociacion demo
    demonstration demonstracao demostracion presentation apresentacao presentacion appointment meeting
    reuniao reunion contact contacted contato contacto contacted contract contrato analysis analise analisis
    evaluation avaliacao evaluacion proposition perception pilot piloto trial prueba decision decisao review
    revisao revision progress andamento curso active ativo activo pipeline verbal commit interested interesse
    interes scheduled agendado agendada needs necessidades necesidades solution solucao solucion validation
    validacao validacion development desenvolvimento desarrollo working nurture
    """
)
_NOT = _words("not nao no non sin sem un")
_SURE = {"closed won": "won", "closed lost": "lost", "no sale": "lost", "no decision": "lost"}


@lru_cache(maxsize=4096)
def status_of_stage(name: str) -> Status | None:
    """ "Closed Won", "Ganha" and "5. Fechado (ganho)" are won; "Engaging" is open; "Closed" alone is None:
    unknown.
    """
    words = re.findall(r"[a-z]+", fold(name))
    phrase = " ".join(words)
    if found := _SURE.get(phrase):
        return "won" if found == "won" else "lost"
    said = set(words)
    won, lost = bool(said & _WON), bool(said & _LOST)
    if won and lost:
        return None
    if said & _NOT and (won or lost):
        return None
    if won or lost:
        return "won" if won else "lost"
    return "open" if said & _OPEN else None
