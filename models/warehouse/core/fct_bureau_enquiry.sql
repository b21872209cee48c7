-- One row per report request: what was asked of which bureau, how it was settled, what it cost. Null: not known (yet).
-- `day` is the day of the answer, as bureaus invoice it; of a request without one, the day it was made.
SELECT
  business_date,
  bureau,
  ifNull(kind, 'score') AS kind,
  report_request_id,
  application_id,
  person_id,
  requested_at,
  if(answer.event_id = '', NULL, answer.at) AS answered_at,
  toDate(coalesce(answered_at, requested_at, toDateTime64(business_date, 3, 'Asia/Shanghai')), 'Asia/Shanghai') AS day,
  multiIf(answer.event_id != '', 'answered', dead_letter.reason != '', 'dead-lettered', 'waiting') AS status,
  nullIf(answer.outcome, '') AS outcome,
  answer.rejection AS rejection,
  nullIf(dead_letter.reason, '') AS dead_letter_reason,
  multiIf(status != 'answered', NULL, answer.reused = 1, 'reused', answer.calls > 0, 'called', 'refused') AS settled_by,
  answer.reused_from AS reused_from,
  answer.reported_at AS reported_at,
  -- A fraud list always answers: it found something when the person stands on it.
  if(kind = 'fraud-list', ifNull(answer.listing, 'none') != 'none', answer.outcome = 'report') AS found,
  answer.calls AS calls,
  greatest(answer.calls - 1, 0) AS failed_calls,
  answer.call_ms AS call_ms,
  if(answered_at IS NULL OR requested_at IS NULL, NULL, toUnixTimestamp64Milli(assumeNotNull(answered_at)) - toUnixTimestamp64Milli(assumeNotNull(requested_at))) AS waited_ms,
  answer.cost_fen AS cost_fen,
  answer.charged_fen AS charged_fen,
  nullIf(answer.event_id, '') AS answered_event_id
FROM (
  -- Whole columns first: see fct_application.
  SELECT * FROM fct_bureau_enquiry_rows FINAL
  SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_functions_to_subcolumns = 0
)
