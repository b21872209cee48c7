-- Applications and amounts by day, partner, product and province of the applicant's address.
-- `pending` is received and not decided yet; an application counts once, under its latest decision.
SELECT
  business_date,
  ifNull(fct.partner_id, '') AS partner_id,
  ifNull(fct.product, '') AS product,
  substring(ifNull(fct.region, ''), 1, 2) AS region,
  count() AS received,
  countIf(outcome IS NOT NULL) AS decided,
  countIf(outcome = 'APPROVED') AS approved,
  countIf(outcome = 'REFERRED') AS referred,
  countIf(outcome = 'DECLINED') AS declined,
  countIf(outcome IS NULL) AS pending,
  sum(ifNull(fct.requested_amount_fen, 0)) AS requested_amount_fen,
  sumIf(ifNull(fct.requested_amount_fen, 0), outcome IS NOT NULL) AS decided_amount_fen,
  sumIf(ifNull(fct.approved_amount_fen, 0), outcome = 'APPROVED') AS approved_amount_fen,
  sumIf(ifNull(fct.requested_amount_fen, 0), outcome = 'REFERRED') AS referred_amount_fen,
  sumIf(ifNull(fct.requested_amount_fen, 0), outcome = 'DECLINED') AS declined_amount_fen
FROM fct_application AS fct
GROUP BY business_date, partner_id, product, region
