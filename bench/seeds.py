"""The statements that fill a workspace, in order. Set-based: one INSERT … SELECT per table (deals in batches).

Everything follows from numbers: row n of a kind has always the same id (version 7 in form), and its "random" values are bytes of
md5(kind, n), so two runs make the same rows. Accounts come in blocks of 1,000 that look alike (a tree of 100, trees of ten,
accounts that stand alone; few have many deals, most have few), so that ten times the data is ten times the blocks and an account,
a tree or a plan holds as much as before.
"""

BLOCK = 1_000

FUNCTIONS = """
    CREATE FUNCTION pg_temp.key(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
      SELECT (lpad(to_hex(1704067200000 + n), 12, '0') || '7' || substr(md5(kind || n), 1, 3) || '8'
        || substr(md5(kind || n), 4, 15))::uuid $$;
    CREATE FUNCTION pg_temp.dice(kind text, n bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
      SELECT decode(md5(kind || ' dice ' || n), 'hex') $$;
    CREATE FUNCTION pg_temp.share(dice bytea, turn int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
      SELECT (get_byte(dice, turn) * 65536 + get_byte(dice, turn + 1) * 256 + get_byte(dice, turn + 2)) / 16777216.0::float8 $$;
    CREATE FUNCTION pg_temp.pick(words text[], n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT words[1 + mod(n, cardinality(words))] $$;
"""

# One head, a manager for each region, and account managers below them. Only the first few of each can log in (generate.py).
MEMBERS = """
    INSERT INTO keystead_member (id, workspace_id, name, email, role, region, team, manager_id, external_id, is_active)
    SELECT pg_temp.key(%(tag)s || 'member', n), %(workspace)s,
      pg_temp.pick(%(first_names)s, n * 7) || ' ' || pg_temp.pick(%(last_names)s, n * 11) || ' ' || n,
      'person' || n || '@' || %(tag)s || '.bench.example',
      CASE WHEN n < 9 THEN 'manager' ELSE 'account_manager' END,
      CASE WHEN n > 0 THEN pg_temp.pick(%(regions)s, n - 1) ELSE '' END,
      CASE mod(n, 3) WHEN 0 THEN 'Field' WHEN 1 THEN 'Inside' ELSE '' END,
      CASE WHEN n = 0 THEN NULL WHEN n < 9 THEN pg_temp.key(%(tag)s || 'member', 0)
        ELSE pg_temp.key(%(tag)s || 'member', 1 + mod(n - 1, 8)) END,
      'M-' || n, true
    FROM generate_series(0, %(people)s - 1) AS n
"""

RATES = """
    INSERT INTO keystead_rate (id, workspace_id, base, quote, date, rate, source)
    SELECT pg_temp.key(%(tag)s || 'rate' || pair.base, day - date '2000-01-01'), %(workspace)s, pair.base, 'EUR', day,
      round((pair.rate * (0.95 + 0.1 * pg_temp.share(pg_temp.dice(pair.base, day - date '2000-01-01'), 0)))::numeric, 6), 'Bench'
    FROM (VALUES ('USD', 0.92), ('GBP', 1.17), ('CHF', 1.05), ('BRL', 0.17)) AS pair(base, rate),
      LATERAL (SELECT d::date AS day FROM generate_series(make_date(%(year)s - 4, 1, 1), %(today)s::date, interval '1 day') AS d
        WHERE extract(isodow FROM d) < 6) AS days
"""

PRODUCTS = """
    INSERT INTO keystead_product (id, workspace_id, external_id, name, parent_id, list_price, list_price_currency)
    SELECT pg_temp.key(%(tag)s || 'product', n), %(workspace)s, 'P-' || n,
      pg_temp.pick(%(product_lines)s, n) || CASE WHEN n < 8 THEN '' ELSE ' ' || n / 8 END,
      CASE WHEN n >= 8 THEN pg_temp.key(%(tag)s || 'product', mod(n, 8)) END,
      CASE WHEN n >= 8 THEN 1000 + n * 250 END, CASE WHEN n >= 8 THEN 'EUR' ELSE '' END
    FROM generate_series(0, 55) AS n
"""

# Place in a block: the first 100 are one tree of three levels; of the tens after them every other one is a tree.
ACCOUNTS = """
    WITH numbered AS MATERIALIZED (
      SELECT n, n - mod(n, 1000) AS block, mod(n, 1000) AS place, pg_temp.dice(%(tag)s || 'account', n) AS dice
      FROM generate_series(0, %(accounts)s - 1) AS n
    ), placed AS (
      SELECT *, CASE
          WHEN place = 0 THEN NULL WHEN place < 10 THEN block WHEN place < 100 THEN block + place / 10
          WHEN mod(place / 10, 2) = 1 OR mod(place, 10) = 0 THEN NULL
          WHEN mod(place, 10) < 4 THEN n - mod(place, 10)
          ELSE n - mod(place, 10) + 1 + mod(place, 3) END AS above,
        CASE WHEN place < 10 THEN NULL WHEN place < 100 THEN block
          WHEN mod(place / 10, 2) = 0 AND mod(place, 10) > 3 THEN n - mod(place, 10) END AS top
      FROM numbered
    )
    INSERT INTO keystead_account (id, workspace_id, external_id, name, parent_id, lineage, industry, country, website, employees,
      status, segment_current, segment_target, owner_id, former, is_key)
    SELECT pg_temp.key(%(tag)s || 'account', n), %(workspace)s, 'A-' || n,
      pg_temp.pick(%(company_first)s, n * 13) || ' ' || pg_temp.pick(%(company_second)s, n / 7) || ' ' || n,
      pg_temp.key(%(tag)s || 'account', above),
      array_remove(ARRAY[pg_temp.key(%(tag)s || 'account', top), pg_temp.key(%(tag)s || 'account', above),
        pg_temp.key(%(tag)s || 'account', n)], NULL),
      pg_temp.pick(%(industries)s, n / 3), pg_temp.pick(%(countries)s, n / 10), 'https://a' || n || '.bench.example',
      10 + floor(20000 * pg_temp.share(dice, 0) ^ 3)::int,
      CASE WHEN mod(n, 7) = 0 THEN 'Prospect' ELSE 'Customer' END,
      (ARRAY['strategic', 'steady', 'expert_for_hire', 'no_relationship', 'dormant', ''])[
        1 + floor(6 * pg_temp.share(dice, 3))::int],
      (ARRAY['strategic', 'steady', 'steady', ''])[1 + floor(4 * pg_temp.share(dice, 6))::int],
      pg_temp.key(%(tag)s || 'member', 9 + mod(n / 10, %(people)s - 9)), mod(n, 97) = 96, mod(n, 20) = 0
    FROM placed
"""

TEAMS = """
    INSERT INTO keystead_accountteammember (id, workspace_id, account_id, member_id, function)
    SELECT pg_temp.key(%(tag)s || 'team', n), %(workspace)s, pg_temp.key(%(tag)s || 'account', n),
      pg_temp.key(%(tag)s || 'member', 9 + mod(n / 10 + 17, %(people)s - 9)), 'Presales'
    FROM generate_series(0, %(accounts)s - 1, 5) AS n
"""

CONTACTS = """
    INSERT INTO keystead_contact (id, workspace_id, external_id, first_name, last_name, email, phone, title, account_id)
    SELECT pg_temp.key(%(tag)s || 'contact', n), %(workspace)s, 'C-' || n, pg_temp.pick(%(first_names)s, n * 5),
      pg_temp.pick(%(last_names)s, n * 3 + n / 50), 'c' || n || '@a' || n / 3 || '.bench.example', '+49 30 ' || 100000 + n,
      (ARRAY['Buyer', 'Head of operations', 'Finance director'])[1 + mod(n, 3)], pg_temp.key(%(tag)s || 'account', n / 3)
    FROM generate_series(0, 3 * %(accounts)s - 1) AS n
"""

# Closing days over five years around this one; what lies behind is mostly decided. One in 2,000 is in a currency without a rate.
DEALS = """
    WITH numbered AS MATERIALIZED (
      SELECT n, pg_temp.dice(%(tag)s || 'deal', n) AS dice, (n * %(blocks)s / %(deals)s) * 1000 AS block
      FROM generate_series(%(from)s::bigint, %(to)s::bigint) AS n
    ), rolled AS MATERIALIZED (
      SELECT n, block + floor(least(1000, %(accounts)s - block) * pg_temp.share(dice, 0) ^ 2)::int AS account,
        pg_temp.share(dice, 3) AS luck, 9 + mod((get_byte(dice, 6) * 256 + get_byte(dice, 7))::int, %(people)s - 9) AS stranger,
        get_byte(dice, 8) AS trait, round((500 + 150000 * pg_temp.share(dice, 9) ^ 4)::numeric, 2) AS amount,
        make_date(%(year)s - 3, 1, 1) + floor(1826 * pg_temp.share(dice, 12))::int AS closes, get_byte(dice, 15) AS more
      FROM numbered
    ), decided AS (
      SELECT *, CASE WHEN closes > %(today)s THEN CASE WHEN luck < .03 THEN 'won' WHEN luck < .06 THEN 'lost' ELSE 'open' END
          WHEN luck < .47 THEN 'won' WHEN luck < .96 THEN 'lost' ELSE 'open' END AS status
      FROM rolled
    )
    INSERT INTO keystead_deal (id, workspace_id, external_id, name, account_id, product_id, owner_id, stage_id, status,
      probability, amount, currency, created_date, close_date, lost_reason, team_key, unlinked_reason)
    SELECT pg_temp.key(%(tag)s || 'deal', n), %(workspace)s, 'D-' || n,
      pg_temp.pick(%(errands)s, trait) || ' ' || pg_temp.pick(%(company_first)s, account * 13) || ' ' || n,
      CASE WHEN mod(n, 1000) <> 999 THEN pg_temp.key(%(tag)s || 'account', account) END,
      pg_temp.key(%(tag)s || 'product', 8 + mod(more, 48)),
      pg_temp.key(%(tag)s || 'member', CASE WHEN more < 26 THEN stranger ELSE 9 + mod(account / 10, %(people)s - 9) END),
      CASE status WHEN 'won' THEN %(won)s::uuid WHEN 'lost' THEN %(lost)s::uuid
        ELSE (%(open)s::uuid[])[1 + mod(trait, cardinality(%(open)s::uuid[]))] END,
      status, CASE WHEN status = 'open' AND mod(trait, 5) = 0 THEN mod(more, 100) END,
      CASE WHEN mod(n, 50) <> 49 THEN amount END,
      CASE WHEN mod(n, 2000) = 1999 THEN 'ARS' ELSE (ARRAY['EUR', 'EUR', 'EUR', 'EUR', 'USD', 'USD', 'GBP', 'CHF', 'BRL'])[
        1 + mod(account, 9)] END,
      closes - 20 - trait, CASE WHEN mod(n, 500) <> 499 THEN closes END,
      CASE WHEN status = 'lost' THEN (ARRAY['Price', 'Timing', 'Competitor', 'No budget'])[1 + mod(more, 4)] ELSE '' END, '', ''
    FROM decided
"""

ORDERS = """
    INSERT INTO keystead_order (id, workspace_id, external_id, number, account_id, product_id, deal_id, amount, currency,
      order_date, kind, team_key, unlinked_reason)
    SELECT pg_temp.key(%(tag)s || 'order', d.n), %(workspace)s, 'O-' || d.n, 'SO-' || 100000 + d.n, deal.account_id,
      deal.product_id, deal.id, deal.amount, deal.currency, deal.close_date,
      (ARRAY['order', 'invoice', 'scheduled'])[1 + mod(d.n / 10, 3)], '', ''
    FROM generate_series(0, %(deals)s - 1, 5) AS d(n)
    JOIN keystead_deal deal ON deal.id = pg_temp.key(%(tag)s || 'deal', d.n)
    WHERE deal.status = 'won' AND deal.amount IS NOT NULL AND deal.close_date IS NOT NULL
"""
