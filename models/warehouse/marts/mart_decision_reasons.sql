-- Why applications were referred or declined, by day, partner, product, province and reason. An application with two reasons counts under both.
SELECT
  business_date,
  ifNull(fct.partner_id, '') AS partner_id,
  ifNull(fct.product, '') AS product,
  substring(ifNull(fct.region, ''), 1, 2) AS region,
  ifNull(fct.outcome, '') AS outcome,
  reason_code,
  uniqExact(application_id) AS applications,
  sum(ifNull(fct.requested_amount_fen, 0)) AS requested_amount_fen
FROM fct_decision_reason AS fct
GROUP BY business_date, partner_id, product, region, outcome, reason_code
