-- How long applications wait for their decision, in seconds, by day, partner and product. A median of days is not the median of a month:
-- a chart over longer spans takes it from fct_application.
SELECT
  business_date,
  ifNull(fct.partner_id, '') AS partner_id,
  ifNull(fct.product, '') AS product,
  count() AS decided,
  round(quantileExact(0.5)(seconds), 3) AS median_seconds,
  round(quantileExact(0.95)(seconds), 3) AS p95_seconds,
  round(max(seconds), 3) AS max_seconds
FROM
(
  SELECT business_date, partner_id, product, (toUnixTimestamp64Milli(assumeNotNull(decided_at)) - toUnixTimestamp64Milli(assumeNotNull(received_at))) / 1000 AS seconds
  FROM fct_application
  WHERE decided_at IS NOT NULL AND received_at IS NOT NULL
) AS fct
GROUP BY business_date, partner_id, product
