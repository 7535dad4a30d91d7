"""The statements that fill the plans: spread evenly over the accounts, so that each block has its large one (see bench.seeds)."""

PLANS = """
    WITH numbered AS (
      SELECT n, n * %(accounts)s / %(plans)s AS account, CASE WHEN mod(n, 5) = 4 THEN %(year)s - 1 ELSE %(year)s END AS year
      FROM generate_series(0::bigint, %(plans)s - 1) AS n
    )
    INSERT INTO keystead_plan (id, workspace_id, account_id, name, type, start_date, end_date, currency, target, owner_id,
      revenue_source, team_key, includes_descendants, counts_list_price, status, rate_policy, review_frequency, prepared_by_id,
      prepared_date, summary, external_id)
    SELECT pg_temp.key(%(tag)s || 'plan', n), %(workspace)s, a.id, 'Key account plan ' || year, 'key_account',
      make_date(year::int, 1, 1), make_date(year::int, 12, 31), (ARRAY['EUR', 'EUR', 'EUR', 'USD'])[1 + mod(n, 4)],
      CASE WHEN mod(n, 10) <> 9 THEN 100000 + mod(n, 17) * 40000 END, a.owner_id,
      (ARRAY['won_deals', 'won_deals', 'won_deals', 'won_deals', 'invoices', 'orders'])[1 + mod(n, 6)], '', mod(n, 2) = 0,
      mod(n, 3) = 0, CASE WHEN mod(n, 10) < 3 THEN 'draft' WHEN mod(n, 10) = 3 THEN 'submitted' ELSE 'approved' END,
      (ARRAY['transaction_date', 'plan', 'current'])[1 + mod(n, 3)], 'quarterly', a.owner_id, make_date(year::int, 1, 10),
      'Grow with ' || a.name || ' where it already trusts us.', 'PL-' || n
    FROM numbered JOIN keystead_account a ON a.id = pg_temp.key(%(tag)s || 'account', numbered.account)
"""

FROZEN_RATES = """
    INSERT INTO keystead_planrate (id, workspace_id, plan_id, base, quote, rate, rate_date)
    SELECT pg_temp.key(%(tag)s || 'planrate' || base, row_number() OVER (ORDER BY p.id)), %(workspace)s, p.id, base, p.currency,
      found.rate, found.rate_date
    FROM keystead_plan p, unnest(ARRAY['EUR', 'USD', 'GBP', 'CHF', 'BRL']) AS base,
      LATERAL keystead_rate_on(base, p.currency, p.start_date) AS found
    WHERE p.workspace_id = %(workspace)s AND p.rate_policy = 'plan' AND p.status = 'approved' AND base <> p.currency
      AND found.rate IS NOT NULL
"""

APPROVALS = """
    INSERT INTO keystead_planapproval (id, workspace_id, plan_id, verb, by_id, at, comment)
    SELECT pg_temp.key(%(tag)s || 'approval' || verb, row_number() OVER (ORDER BY p.id)), %(workspace)s, p.id, verb, p.owner_id,
      p.start_date + CASE verb WHEN 'submitted' THEN interval '9 hours' ELSE interval '33 hours' END, ''
    FROM keystead_plan p, unnest(ARRAY['submitted', 'approved']) AS verb
    WHERE p.workspace_id = %(workspace)s AND (p.status = 'approved' OR (p.status = 'submitted' AND verb = 'submitted'))
"""

OBJECTIVES = """
    INSERT INTO keystead_objective (id, workspace_id, plan_id, title, description, category, horizon, kind, rank, owner_id,
      start_date, target_date, status, approach, outcome, owner_comment, manager_comment)
    SELECT pg_temp.key(%(tag)s || 'objective', n * 4 + rank), %(workspace)s, p.id,
      (ARRAY['Win the renewal', 'Meet every director', 'Enter a second division', 'Cut the open tickets by half'])[rank],
      'Agreed with the account team.', (ARRAY['revenue', 'relationship', 'customer_success', 'internal'])[rank], 'current',
      CASE WHEN mod(rank, 2) = 1 THEN 'quantitative' ELSE 'qualitative' END, rank, p.owner_id, p.start_date,
      p.start_date + 80 * rank, CASE WHEN rank = 4 AND mod(n, 2) = 0 THEN 'achieved' ELSE 'active' END, '', '', '', ''
    FROM generate_series(0, %(plans)s - 1) AS n CROSS JOIN generate_series(1, 4) AS rank
    JOIN keystead_plan p ON p.id = pg_temp.key(%(tag)s || 'plan', n)
"""

MEASURES = """
    INSERT INTO keystead_measure (id, workspace_id, objective_id, name, unit, baseline, target, source, kpi)
    SELECT pg_temp.key(%(tag)s || 'measure', n), %(workspace)s, pg_temp.key(%(tag)s || 'objective', n),
      CASE WHEN mod(n, 4) = 1 THEN 'Won revenue' ELSE 'Meetings held' END,
      CASE WHEN mod(n, 4) = 1 THEN 'currency' ELSE 'number' END, 0, CASE WHEN mod(n, 4) = 1 THEN 200000 ELSE 12 END,
      CASE WHEN mod(n, 4) = 1 THEN 'kpi' ELSE 'manual' END, CASE WHEN mod(n, 4) = 1 THEN 'won' ELSE '' END
    FROM generate_series(1, 4 * %(plans)s) AS n
"""

READINGS = """
    INSERT INTO keystead_measurereading (id, workspace_id, measure_id, date, value)
    SELECT pg_temp.key(%(tag)s || 'reading' || turn, n), %(workspace)s, pg_temp.key(%(tag)s || 'measure', n),
      make_date(%(year)s, 1 + turn, 1), turn * 2
    FROM generate_series(1, 4 * %(plans)s) AS n, generate_series(1, 3) AS turn WHERE mod(n, 4) <> 1
"""

ACTIONS = """
    INSERT INTO keystead_action (id, workspace_id, plan_id, objective_id, title, owner_id, start_date, due_date, status,
      percent_done, expected_outcome, success_criterion, is_milestone)
    SELECT pg_temp.key(%(tag)s || 'action', n * 10 + turn), %(workspace)s, p.id,
      CASE WHEN turn < 8 THEN pg_temp.key(%(tag)s || 'objective', n * 4 + 1 + mod(turn, 4)) END,
      (ARRAY['Call the sponsor', 'Prepare the offer', 'Invite to the plant', 'Map the buying centre', 'Agree on the roadmap'])[
        1 + mod(turn, 5)] || ' ' || turn,
      p.owner_id, p.start_date + 30 * turn, p.start_date + 30 * turn + 25,
      CASE WHEN p.start_date + 30 * turn + 25 < %(today)s AND mod(turn, 4) > 0 THEN 'done' WHEN mod(turn, 3) = 0 THEN 'doing'
        ELSE 'todo' END,
      CASE WHEN p.start_date + 30 * turn + 25 < %(today)s AND mod(turn, 4) > 0 THEN 100 WHEN mod(turn, 3) = 0 THEN 40 ELSE 0 END,
      'The next step is agreed.', '', turn = 9
    FROM generate_series(0, %(plans)s - 1) AS n CROSS JOIN generate_series(0, 9) AS turn
    JOIN keystead_plan p ON p.id = pg_temp.key(%(tag)s || 'plan', n)
"""

SWOT = """
    INSERT INTO keystead_swotitem (id, workspace_id, plan_id, quadrant, lens, competitor, text, importance, source, owner_id)
    SELECT pg_temp.key(%(tag)s || 'swot', n * 8 + turn), %(workspace)s, p.id,
      (ARRAY['strength', 'weakness', 'opportunity', 'threat'])[1 + mod(turn, 4)],
      CASE WHEN turn = 7 THEN 'competitor' ELSE 'relationship' END, CASE WHEN turn = 7 THEN 'Contoso' ELSE '' END,
      (ARRAY['They trust our team', 'One sponsor only', 'A new plant opens', 'A rival is in the tender'])[1 + mod(turn, 4)],
      1 + mod(n + turn, 5), 'Review', p.owner_id
    FROM generate_series(0, %(plans)s - 1) AS n CROSS JOIN generate_series(0, 7) AS turn
    JOIN keystead_plan p ON p.id = pg_temp.key(%(tag)s || 'plan', n)
"""

SNAPSHOTS = """
    INSERT INTO keystead_plansnapshot (workspace_id, plan_id, date, currency, target, won, pipeline, weighted_pipeline,
      missing_rates, deals)
    SELECT %(workspace)s, p.id, %(today)s::date - back, p.currency, p.target, 1000 * (61 - back), 90000 - 500 * back,
      40000 - 300 * back, 0, 40
    FROM keystead_plan p, generate_series(1, 60) AS back WHERE p.workspace_id = %(workspace)s
"""

EVERYTHING = (
    ("plans", PLANS), ("frozen rates", FROZEN_RATES), ("approvals", APPROVALS), ("objectives", OBJECTIVES),
    ("measures", MEASURES), ("readings", READINGS), ("actions", ACTIONS), ("SWOT items", SWOT), ("snapshots", SNAPSHOTS),
)  # fmt: skip
