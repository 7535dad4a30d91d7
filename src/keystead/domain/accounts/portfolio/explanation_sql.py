"""The ends of the portfolio's SQL that list the rows behind a figure and the rows left out, with their reasons."""

COVERED = {
    "account": "SELECT account_id FROM cover WHERE row_id = %(account)s",
    "group": "SELECT c.account_id FROM whole w JOIN cover c ON c.row_id = w.id WHERE w.key[1:{depth}] = %(of_accounts)s::text[]",
    "all": "SELECT c.account_id FROM whole w JOIN cover c ON c.row_id = w.id",
    "every": "SELECT id AS account_id FROM picked",
}
OF_ROWS = {
    "account": "SELECT id FROM whole WHERE id = %(account)s",
    "group": "SELECT id FROM whole WHERE key[1:{depth}] = %(of_accounts)s::text[]",
    "all": "SELECT id FROM whole",
    "every": "SELECT id FROM picked",
}
# The accounts in question once each, apart from the rest: as a join, so that a total over many accounts stays quick.
SCOPE = ", scope AS MATERIALIZED (SELECT DISTINCT account_id FROM ({covered}) covered)"
# Each class with its number and its sum, and the first of its rows: the many rows are counted and compared, few are sorted.
DEALS = """
, sorted AS MATERIALIZED (
  SELECT fact.id, fact.close_date, CASE
    WHEN reason IN ('no_access', 'missing_rate', 'no_amount') THEN CASE WHEN visible THEN reason ELSE 'no_access' END
    WHEN NOT status = ANY(%(parts)s) THEN CASE WHEN NOT visible THEN 'no_access' ELSE status END
    WHEN %(weighted)s AND status = 'open' AND probability IS NULL
      THEN CASE WHEN visible THEN 'no_probability' ELSE 'no_access' END
    WHEN visible THEN 'counts' ELSE 'hidden' END AS class,
    CASE WHEN %(weighted)s AND status = 'open' THEN converted * probability * 0.01 ELSE converted END
      * CASE status WHEN 'won' THEN %(won_sign)s ELSE 1 END AS worth
  FROM fact {scope} WHERE {key}
), classes AS (
  SELECT class, count(*) AS together, sum(worth) AS sum FROM sorted GROUP BY class
), ranked AS (
  SELECT c.*, first.* FROM classes c CROSS JOIN LATERAL (
    SELECT s.id, s.worth, row_number() OVER () AS turn FROM (
      SELECT id, worth FROM sorted WHERE class = c.class
      ORDER BY abs(worth) DESC NULLS LAST, close_date, id
      LIMIT CASE WHEN c.class = 'counts' THEN %(skipped)s + %(most)s ELSE %(most_out)s END) s) first
)
SELECT r.class, r.together, r.sum, r.id, CASE WHEN f.visible THEN d.name ELSE '' END, f.status, f.close_date, f.amount,
  f.currency, f.rate, f.rate_date, f.via, f.probability, r.worth
FROM ranked r JOIN fact f ON f.id = r.id JOIN keystead_deal d ON d.id = r.id ORDER BY r.class, r.turn
"""
OTHERS = """
, other AS MATERIALIZED (
  SELECT d.id, d.close_date, CASE
    WHEN NOT {visible} THEN 'no_access'
    WHEN d.close_date IS NULL THEN 'no_date'
    WHEN d.close_date NOT BETWEEN %(start)s AND %(end)s THEN 'date_outside'
    ELSE 'lost' END AS class
  FROM keystead_deal d JOIN scope ON scope.account_id = d.account_id {deal_join}
  WHERE d.workspace_id = %(workspace)s AND {deal_key}
    AND (d.status = 'lost' OR d.close_date IS NULL OR d.close_date NOT BETWEEN %(start)s AND %(end)s)
  {elsewhere}
), classes AS (
  SELECT class, count(*) AS together FROM other GROUP BY class
), ranked AS (
  SELECT c.*, first.* FROM classes c CROSS JOIN LATERAL (
    SELECT o.id, row_number() OVER () AS turn FROM (
      SELECT id FROM other WHERE class = c.class ORDER BY close_date DESC NULLS LAST, id LIMIT %(most_out)s) o) first
)
SELECT r.class, r.together, r.id, CASE WHEN r.class = 'no_access' THEN '' ELSE d.name END, d.close_date, d.amount, d.currency
FROM ranked r JOIN keystead_deal d ON d.id = r.id ORDER BY r.class, r.turn
"""
# Revenue that a reader might miss: below an account that stands for itself alone; in a total, deals without any account.
NEAR = """
  UNION ALL
  SELECT d.id, d.close_date, CASE WHEN {visible} THEN '{reason}' ELSE 'no_access' END FROM keystead_deal d {deal_join}
  WHERE d.workspace_id = %(workspace)s AND {deal_key} AND d.status <> 'lost' AND d.close_date BETWEEN %(start)s AND %(end)s
    AND {where}
"""
ELSEWHERE = {
    "account": (
        "below_account",
        """d.account_id IN (SELECT id FROM keystead_account WHERE %(account)s = ANY(lineage))
      AND d.account_id NOT IN (SELECT account_id FROM scope)""",
    ),
    "all": ("no_account", "d.account_id IS NULL"),
    "every": ("no_account", "d.account_id IS NULL"),
}
TARGETS = """
SELECT t.id, t.name, a.name, t.status, t.start_date, t.target, t.currency, t.rate, t.rate_date, t.via, t.days_in, t.days,
  t.converted
FROM aim t JOIN keystead_account a ON a.id = t.account_id WHERE t.account_id IN ({rows})
ORDER BY t.converted DESC NULLS LAST, t.start_date, t.id
"""
