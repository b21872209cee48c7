-- One row per application as dashboards filter and list it: province instead of district, PENDING instead of null, reasons as codes, no
-- reviewer as an empty text.
-- `decided_by` is the person who decided, RULES where the rules did, PENDING while it is open.
-- `decision_seconds` is from receipt to decision; null while it is open.
SELECT
  toDate(fct.business_date) AS business_date,
  application_id,
  ifNull(fct.partner_id, '') AS partner_id,
  ifNull(fct.partner_order_no, '') AS partner_order_no,
  toString(ifNull(fct.channel, '')) AS channel,
  ifNull(fct.product, '') AS product,
  substring(ifNull(fct.region, ''), 1, 2) AS region,
  ifNull(fct.requested_amount_fen, 0) AS requested_amount_fen,
  if(fct.outcome = 'APPROVED', ifNull(fct.approved_amount_fen, 0), 0) AS approved_amount_fen,
  ifNull(fct.term_months, ifNull(fct.decided_term_months, 0)) AS term_months,
  ifNull(fct.outcome, 'PENDING') AS outcome,
  arrayMap(reason -> reason.1, fct.reasons) AS reasons,
  fct.bureau_score AS bureau_score,
  fct.policy_version AS policy_version,
  ifNull(fct.reviewer, '') AS reviewer,
  multiIf(fct.outcome IS NULL, 'PENDING', fct.reviewer IS NULL, 'RULES', assumeNotNull(fct.reviewer)) AS decided_by,
  fct.received_at AS received_at,
  fct.decided_at AS decided_at,
  (toUnixTimestamp64Milli(fct.decided_at) - toUnixTimestamp64Milli(fct.received_at)) / 1000 AS decision_seconds
FROM fct_application AS fct
