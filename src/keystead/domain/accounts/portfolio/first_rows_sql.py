"""The SQL of first_rows: each class of rows with its count and the first of its rows."""

from keystead.data.deals.by_amount import CODES
from keystead.domain.accounts.portfolio.plan_sql import AIM, PLAN, RATES, TARGET_PAIRS
from keystead.domain.accounts.portfolio.source_sql import RATE_DAY

SCOPE_OF_COVER = ", scope AS MATERIALIZED (SELECT DISTINCT account_id FROM cover)"
OF_OWNERS = "SELECT m.id FROM keystead_member m WHERE m.workspace_id = %(workspace)s AND {where}"

# `sorted` in this order: the rows of an explanation, each with its class. Where class is "counts" all are kept in their order, of
# what is left out the first.
EVIDENCE = """
SELECT jsonb_build_object('counts', jsonb_build_array(0)) || coalesce((
    SELECT jsonb_object_agg(class, jsonb_build_array(together) || first.ids) FROM (
      SELECT class, count(*) AS together FROM sorted GROUP BY class
    ) c CROSS JOIN LATERAL (
      SELECT coalesce(jsonb_agg(id), '[]') AS ids FROM (
        SELECT id FROM sorted WHERE class = c.class AND class <> 'counts' ORDER BY {order} LIMIT %(most_named)s) s
    ) first
  ), '{{}}') AS classes,
  (SELECT coalesce(string_agg(uuid_send(id), ''::bytea ORDER BY {order}), ''::bytea) FROM sorted WHERE class = 'counts') AS places
"""

DEALS_SORTED = """
, deal AS MATERIALIZED (
  SELECT d.id, d.status, d.close_date, d.amount, d.currency, coalesce(d.probability, s.probability) AS probability
  FROM keystead_deal d LEFT JOIN keystead_stage s ON s.id = d.stage_id
  WHERE d.workspace_id = %(workspace)s AND d.close_date BETWEEN %(start)s AND %(end)s AND d.status IN ('won', 'open')
    AND {scope} AND {of_owners}
), unit AS MATERIALIZED (  -- one rate for each currency, to tell the large from the small
  SELECT currency, coalesce(found.rate, 0) AS rate
  FROM (SELECT DISTINCT currency FROM deal) c
  LEFT JOIN LATERAL keystead_rate_on(currency, %(quote)s, %(today)s) found ON true
), unrated AS MATERIALIZED (
  SELECT DISTINCT currency, close_date, true AS is_unrated FROM keystead_keptlack
  WHERE workspace_id = %(workspace)s AND period_id = %(kept)s
), sorted AS MATERIALIZED (
  SELECT deal.id, close_date, CASE
    WHEN amount IS NULL THEN 'no_amount'
    WHEN is_unrated THEN 'missing_rate'
    WHEN NOT status = ANY(%(parts)s) THEN status
    WHEN %(weighted)s AND status = 'open' AND probability IS NULL THEN 'no_probability'
    ELSE 'counts' END AS class,
    abs(amount * unit.rate * CASE WHEN %(weighted)s AND status = 'open' THEN probability * 0.01 ELSE 1 END)::float8 AS about
  FROM deal JOIN unit USING (currency) LEFT JOIN unrated USING (currency, close_date)
)
"""
DEALS_ORDER = "about DESC NULLS LAST, close_date, id"

OTHERS_SORTED = """
, sorted AS MATERIALIZED (
  SELECT d.id, d.close_date, CASE
    WHEN d.close_date IS NULL THEN 'no_date'
    WHEN d.close_date NOT BETWEEN %(start)s AND %(end)s THEN 'date_outside'
    ELSE 'lost' END AS class
  FROM keystead_deal d
  WHERE d.workspace_id = %(workspace)s AND {scope} AND {of_owners}
    AND (d.status = 'lost' OR d.close_date IS NULL OR d.close_date NOT BETWEEN %(start)s AND %(end)s)
)
"""
OTHERS_ORDER = "close_date DESC NULLS LAST, id"

_AIM = f"pairs AS ({TARGET_PAIRS}), {RATES}, {AIM}"
TARGETS_SORTED = f"""
, {_AIM}, sorted AS MATERIALIZED (
  SELECT id, start_date, converted,
    CASE WHEN converted IS NOT NULL THEN 'counts' WHEN target IS NULL THEN 'no_target' ELSE 'missing_rate' END AS class
  FROM aim
)
"""
TARGETS_ORDER = "converted DESC NULLS LAST, start_date, id"

# The rows that are listed, by class and in their order.
RANKED = """
WITH ranked AS (
  SELECT * FROM unnest(%(classes)s::text[], %(together)s::bigint[], %(ids)s::uuid[])
    WITH ORDINALITY AS r(class, together, id, turn)
)"""
RANKED_DEALS = (
    RANKED
    + """, deal AS (
  SELECT d.id, d.status, d.close_date, d.amount, d.currency, coalesce(d.probability, s.probability) AS probability
  FROM keystead_deal d LEFT JOIN keystead_stage s ON s.id = d.stage_id WHERE d.id = ANY(%(ids)s)
)
"""
)
# What is told of each row of `ranked`, from the deals in `deal`.
DEALS_TOLD = (
    """
SELECT r.class, r.together, d.id, n.name, d.status, d.close_date, d.amount, d.currency, f.rate, f.rate_date, f.via, d.probability,
  CASE WHEN d.currency = %(quote)s THEN d.amount ELSE d.amount * f.rate END
    * CASE WHEN %(weighted)s AND d.status = 'open' THEN d.probability * 0.01 ELSE 1 END
    * CASE d.status WHEN 'won' THEN %(won_sign)s ELSE 1 END AS worth
FROM ranked r LEFT JOIN deal d USING (id) LEFT JOIN keystead_deal n ON n.id = r.id
LEFT JOIN LATERAL keystead_rate_on(d.currency, %(quote)s, """
    + RATE_DAY.format(close_date="d.close_date")
    + """) f ON r.class = 'counts' AND d.currency <> %(quote)s
ORDER BY r.class, abs(CASE WHEN r.class = 'counts' THEN
  CASE WHEN d.currency = %(quote)s THEN d.amount ELSE d.amount * f.rate END
    * CASE WHEN %(weighted)s AND d.status = 'open' THEN d.probability * 0.01 ELSE 1 END END) DESC, r.turn
"""
)
OTHERS_TOLD = (
    RANKED
    + """
SELECT r.class, r.together, d.id, d.name, d.close_date, d.amount, d.currency
FROM ranked r LEFT JOIN keystead_deal d ON d.id = r.id ORDER BY r.class, r.turn
"""
)
TARGETS_TOLD = f"""{RANKED}, {PLAN.format(plan_scope="p.id = ANY(%(ids)s)", plan_visible="true")}, {_AIM}
SELECT r.class, r.together, t.id, t.name, a.name, t.status, t.start_date, t.target, t.currency, t.rate, t.rate_date, t.via,
  t.days_in, t.days, t.converted
FROM ranked r LEFT JOIN aim t ON t.id = r.id LEFT JOIN keystead_account a ON a.id = t.account_id
ORDER BY r.class, r.turn
"""

# Over every account indexes know the first rows, and count the few: the many are what is left of the kept number of all.
_OURS = "d.workspace_id = %(workspace)s"
_WITHIN = "d.close_date BETWEEN %(start)s AND %(end)s"


def _count(where: str) -> str:
    return f"(SELECT count(*) FROM keystead_deal d WHERE {_OURS} AND {where})"


def _first(*where: str) -> str:
    """The latest of the rows in these ranges."""
    ranges = " UNION ALL ".join(
        f"(SELECT d.id, d.name, d.close_date, d.amount, d.currency FROM keystead_deal d WHERE {_OURS} AND {each}"
        " ORDER BY d.close_date DESC, d.id DESC LIMIT %(most_out)s)"
        for each in where
    )
    return f"SELECT * FROM ({ranges}) ranges ORDER BY close_date DESC, id DESC LIMIT %(most_out)s"


_OF_ACCOUNTS = "d.account_id IS NOT NULL"
_NONE = "d.account_id IS NULL"
_CLASSES = {
    "date_outside": (
        " ".join(
            [
                f"%(deals_there)s - %(within_there)s - {_count(_NONE)}",
                f"- {_count('d.close_date IS NULL')} + {_count(f'{_NONE} AND d.close_date IS NULL')}",
            ]
        ),
        _first(f"{_OF_ACCOUNTS} AND d.close_date > %(end)s", f"{_OF_ACCOUNTS} AND d.close_date < %(start)s"),
    ),
    "lost": ("%(lost_there)s", _first(f"{_OF_ACCOUNTS} AND d.status = 'lost' AND {_WITHIN}")),
    "no_account": (
        _count(f"{_NONE} AND d.status <> 'lost' AND {_WITHIN}"),
        _first(f"{_NONE} AND d.status <> 'lost' AND {_WITHIN}"),
    ),
    "no_date": (
        f"{_count('d.close_date IS NULL')} - {_count(f'{_NONE} AND d.close_date IS NULL')}",
        _first(f"{_OF_ACCOUNTS} AND d.close_date IS NULL"),
    ),
}
OTHERS_OF_EVERY = " UNION ALL ".join(
    f"(SELECT '{name}' AS class, {together} AS together, first.* FROM ({first}) first)"
    for name, (together, first) in _CLASSES.items()
)

# Deals of these owners without any account, which a total might be expected to hold. No mark names them: they are not kept.
NEAR = f"""
SELECT 'no_account', count(*) OVER (), d.id, d.name, d.close_date, d.amount, d.currency FROM keystead_deal d
WHERE {_OURS} AND {_NONE} AND {{of_owners}} AND d.status <> 'lost' AND {_WITHIN}
ORDER BY d.close_date DESC, d.id LIMIT %(most_out)s
"""

# How many of the period's deals have a rate and how many lack one, how many are open and have an amount, have none, are lost.
COUNTS_OF_EVERY = f"""
SELECT k.deals, k.unrated,
  {_count(f"d.status = 'open' AND {_WITHIN}")} - {_count(f"{_NONE} AND d.status = 'open' AND {_WITHIN}")}
    - {_count(f"d.amount IS NULL AND d.status = 'open' AND {_OF_ACCOUNTS} AND {_WITHIN}")},
  {_count(f"d.amount IS NULL AND d.status IN ('won', 'open') AND {_OF_ACCOUNTS} AND {_WITHIN}")},
  {_count(f"d.status = 'lost' AND {_WITHIN}")} - {_count(f"{_NONE} AND d.status = 'lost' AND {_WITHIN}")}
FROM keystead_keptperiod k WHERE k.workspace_id = %(workspace)s AND k.id = %(kept)s
"""


# Over every account, and unweighted, the largest rows of a currency are the ends of its index of amounts: as many are read as may
# be shown, not all of the period. `deep` is how many.
def _ends(statuses: str, deep: str) -> str:
    """The rows of a currency (`unit`) that are furthest from nothing. Its lower end is read when any amount is negative."""
    rows = (
        f"SELECT d.id, d.close_date, abs(d.amount * unit.rate)::float8 AS about FROM keystead_deal d WHERE {_OURS}"
        f" AND d.currency = unit.currency AND d.amount IS NOT NULL AND d.status = ANY({statuses})"
        f" AND {_WITHIN} AND {_OF_ACCOUNTS}"
    )
    return (
        f"({rows} ORDER BY d.amount DESC, d.close_date, d.id LIMIT {deep})"
        f" UNION ({rows} AND unit.least < 0 ORDER BY d.amount, d.close_date, d.id LIMIT {deep})"
    )


FIRST_OF_EVERY = (
    f"""
, {CODES}, unit AS MATERIALIZED (
  SELECT currency, coalesce(found.rate, 0) AS rate, (
    SELECT d.amount FROM keystead_deal d
    WHERE {_OURS} AND d.currency = codes.currency AND d.amount IS NOT NULL ORDER BY d.amount LIMIT 1) AS least
  FROM codes LEFT JOIN LATERAL keystead_rate_on(currency, %(quote)s, %(today)s) found ON true WHERE currency IS NOT NULL
), counting AS (
  SELECT ends.* FROM unit CROSS JOIN LATERAL ({_ends("%(parts)s", "%(deep)s")}) ends
  ORDER BY about DESC, close_date, id OFFSET %(skipped)s LIMIT %(most)s
), otherwise AS (
  SELECT ends.* FROM unit CROSS JOIN LATERAL ({_ends("%(rest)s", "%(most_rest)s")}) ends
  ORDER BY about DESC, close_date, id LIMIT %(most_rest)s
), bare AS (
  SELECT d.id, d.close_date FROM keystead_deal d
  WHERE {_OURS} AND d.amount IS NULL AND d.status IN ('won', 'open') AND {_OF_ACCOUNTS} AND {_WITHIN}
  ORDER BY d.close_date, d.id LIMIT %(most_out)s
), found AS (
  SELECT 'counts' AS class, id, row_number() OVER (ORDER BY about DESC, close_date, id) AS turn FROM counting
  UNION ALL SELECT (%(rest)s::text[])[1], id, row_number() OVER (ORDER BY about DESC, close_date, id) FROM otherwise
  UNION ALL SELECT 'no_amount', id, row_number() OVER (ORDER BY close_date, id) FROM bare
), ranked AS (
  SELECT c.class, c.together, found.id, found.turn
  FROM unnest(%(classes)s::text[], %(together)s::bigint[]) AS c(class, together) LEFT JOIN found USING (class)
), deal AS (
  SELECT d.id, d.status, d.close_date, d.amount, d.currency, coalesce(d.probability, s.probability) AS probability
  FROM found JOIN keystead_deal d ON d.id = found.id LEFT JOIN keystead_stage s ON s.id = d.stage_id
)
"""
    + DEALS_TOLD
)
