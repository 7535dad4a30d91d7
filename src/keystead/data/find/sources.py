"""Which columns of which table are found by: one line for each kind. The triggers and the queries read it."""

from typing import NamedTuple


class Source(NamedTuple):
    """SQL expressions over the columns of one table; `{t}` stands for its alias. `number` is the kind in the table of terms."""

    number: int
    table: str
    name: str
    more: str = "''::text"
    has_initials: bool = True
    has_external_id: bool = True

    def columns(self, alias: str) -> str:
        return f"{self.name}, {self.more}".format(t=alias)

    def terms(self, alias: str) -> str:
        return f"keystead_find_terms({self.columns(alias)}, {str(self.has_initials).lower()})"


# A site is found by its host, an address of mail by what stands before the @ and as a whole: both without their dots.
_HOST = "regexp_replace(regexp_replace({t}.website, '^[a-zA-Z]+://|/.*$', '', 'g'), '^www[.]|[^[:alnum:]]', '', 'g')"
_MAIL = "split_part({t}.email, '@', 1) || ' ' || regexp_replace({t}.email, '[^[:alnum:]]', '', 'g')"

# Deals are many and come in bulk; what is called "Renewal Cobalt 133895" is not looked for by its initials.
SOURCES: dict[str, Source] = {
    "account": Source(1, "keystead_account", "{t}.name", _HOST),
    "contact": Source(2, "keystead_contact", "{t}.first_name || ' ' || {t}.last_name", _MAIL),
    "deal": Source(3, "keystead_deal", "{t}.name", has_initials=False),
    "plan": Source(4, "keystead_plan", "{t}.name"),
    "objective": Source(5, "keystead_objective", "{t}.title", has_external_id=False),
    "action": Source(6, "keystead_action", "{t}.title", has_external_id=False),
    "import": Source(7, "keystead_import", "{t}.filename", has_initials=False, has_external_id=False),
    "member": Source(8, "keystead_member", "{t}.name", _MAIL),
}
