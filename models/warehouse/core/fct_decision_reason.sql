-- One row per decided application and reason given: reasons lie in the application's row, so that they can never disagree with the decision.
SELECT
  business_date,
  application_id,
  partner_id,
  product,
  region,
  requested_amount_fen,
  outcome,
  policy_version,
  decided_at,
  decided_event_id,
  reason.1 AS reason_code,
  reason.2 AS detail
FROM fct_application
ARRAY JOIN reasons AS reason
