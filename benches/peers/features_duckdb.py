#!/usr/bin/env python3
"""The same table of customers as `ltv features`, made by DuckDB from a file of orders (CSV or Parquet), on two threads.

    pip install duckdb
    python3 benches/peers/features_duckdb.py big.csv duckdb.csv
"""
import sys
import time

import duckdb

source, target = sys.argv[1:3]
started = time.perf_counter()
con = duckdb.connect()
con.execute("SET threads = 2")
con.execute(f"""
COPY (
  WITH days AS (
    SELECT customer_id, CAST(date AS DATE) AS day, sum(amount) AS value, count(DISTINCT order_id) AS orders
    FROM '{source}' GROUP BY ALL
  ), customers AS (
    SELECT customer_id, min(day) AS first, max(day) AS last, count(*) AS purchases, sum(value) AS total,
           sum(orders) AS orders, arg_min(value, day) AS first_value
    FROM days GROUP BY ALL
  ), observed AS (SELECT max(last) AS cutoff FROM customers)
  SELECT customer_id, purchases - 1 AS frequency, (last - first) / 7.0 AS recency, (cutoff - first) / 7.0 AS age,
         CASE WHEN purchases > 1 THEN (total - first_value) / (purchases - 1) END AS monetary_value,
         orders, total AS total_value, first AS first_order, last AS last_order
  FROM customers, observed
) TO '{target}' (HEADER)""")
print(f"{time.perf_counter() - started:.2f} s")
