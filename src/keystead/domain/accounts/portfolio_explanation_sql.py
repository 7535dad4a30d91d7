"""The ends of the portfolio's SQL that list the rows behind a figure and the rows left out, with their reasons."""

COVERED = {
    "account": "SELECT account_id FROM cover WHERE row_id = %(account)s",
    "group": "SELECT c.account_id FROM figured f JOIN cover c ON c.row_id = f.id WHERE f.key = %(key)s",
    "all": "SELECT c.account_id FROM whole w JOIN cover c ON c.row_id = w.id",
}
OF_ROWS = {
    "account": "SELECT id FROM whole WHERE id = %(account)s",
    "group": "SELECT id FROM figured WHERE key = %(key)s",
    "all": "SELECT id FROM whole",
}
# The accounts in question once each, apart from the rest: as a join, so that a total over many accounts stays quick.
SCOPE = ", scope AS MATERIALIZED (SELECT DISTINCT account_id FROM ({covered}) covered)"
DEALS = """
, sorted AS (
  SELECT fact.*, CASE
    WHEN reason IN ('no_access', 'missing_rate', 'no_amount') THEN CASE WHEN visible THEN reason ELSE 'no_access' END
    WHEN NOT status = ANY(%(parts)s) THEN CASE WHEN NOT visible THEN 'no_access' ELSE status END
    WHEN %(weighted)s AND status = 'open' AND probability IS NULL
      THEN CASE WHEN visible THEN 'no_probability' ELSE 'no_access' END
    WHEN visible THEN 'counts' ELSE 'hidden' END AS class,
    CASE WHEN %(weighted)s AND status = 'open' THEN converted * probability * 0.01 ELSE converted END
      * CASE status WHEN 'won' THEN %(won_sign)s ELSE 1 END AS worth
  FROM fact JOIN scope USING (account_id) WHERE {key}
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY class ORDER BY abs(worth) DESC NULLS LAST, close_date, id) AS turn,
    count(*) OVER (PARTITION BY class) AS together, sum(worth) OVER (PARTITION BY class) AS sum
  FROM sorted
)
SELECT r.class, r.together, r.sum, r.id, CASE WHEN r.visible THEN d.name ELSE '' END, r.status, r.close_date, r.amount,
  r.currency, r.rate, r.rate_date, r.via, r.probability, r.worth
FROM ranked r JOIN keystead_deal d ON d.id = r.id WHERE r.turn <= %(most)s ORDER BY r.class, r.turn
"""
OTHERS = """
, other AS (
  SELECT d.id, d.name, d.close_date, d.amount, d.currency, CASE
    WHEN NOT {visible} THEN 'no_access'
    WHEN d.close_date IS NULL THEN 'no_date'
    WHEN d.close_date NOT BETWEEN %(start)s AND %(end)s THEN 'date_outside'
    ELSE 'lost' END AS class
  FROM keystead_deal d JOIN scope ON scope.account_id = d.account_id LEFT JOIN keystead_member m ON m.id = d.owner_id
  WHERE d.workspace_id = %(workspace)s AND {deal_key}
    AND (d.status = 'lost' OR d.close_date IS NULL OR d.close_date NOT BETWEEN %(start)s AND %(end)s)
  {elsewhere}
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY class ORDER BY close_date DESC NULLS LAST, id) AS turn,
    count(*) OVER (PARTITION BY class) AS together
  FROM other
)
SELECT class, together, id, CASE WHEN class = 'no_access' THEN '' ELSE name END, close_date, amount, currency
FROM ranked WHERE turn <= %(most)s ORDER BY class, turn
"""
# Revenue that a reader might miss: below an account that stands for itself alone; in a total, deals without any account.
NEAR = """
  UNION ALL
  SELECT d.id, d.name, d.close_date, d.amount, d.currency, CASE WHEN {visible} THEN '{reason}' ELSE 'no_access' END
  FROM keystead_deal d LEFT JOIN keystead_member m ON m.id = d.owner_id
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
}
TARGETS = """
SELECT t.id, t.name, a.name, t.status, t.start_date, t.target, t.currency, t.rate, t.rate_date, t.via, t.days_in, t.days,
  t.converted
FROM aim t JOIN keystead_account a ON a.id = t.account_id WHERE t.account_id IN ({rows})
ORDER BY t.converted DESC NULLS LAST, t.start_date, t.id
"""
