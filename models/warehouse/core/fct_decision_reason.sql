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
  reason_code,
  arrayStringConcat(arrayMap(reason -> reason.2, arrayFilter(reason -> reason.1 = reason_code, reasons)), '；') AS detail
FROM fct_application
-- A case may fail two rules of one reason (instalment and all debt are both DTI_CAP): one row, both details, and its money once.
ARRAY JOIN arrayDistinct(arrayMap(reason -> reason.1, reasons)) AS reason_code
