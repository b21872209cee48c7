-- One row per application: what was received, what matching and the bureau said, what was decided, and by whom where that was a person. Null: not known (yet).
SELECT
  business_date,
  application_id,
  person_id,
  partner_id,
  partner_order_no,
  channel,
  product,
  region,
  requested_amount_fen,
  term_months,
  method,
  vehicle_kind,
  vehicle_use,
  vehicle_energy,
  vehicle_price_fen,
  monthly_income_fen,
  monthly_debt_fen,
  applicant_birth_date,
  applicant_sex,
  received_at,
  received_event_id,
  nullIf(matched.event_id, '') AS matched_event_id,
  matched.duplicate_of AS duplicate_of,
  if(matched.event_id = '', NULL, matched.prior_applications) AS prior_applications,
  matched.blacklist AS blacklist,
  nullIf(report.event_id, '') AS report_event_id,
  nullIf(report.bureau, '') AS bureau,
  nullIf(report.outcome, '') AS report_outcome,
  -- Of several bureaus the review says which score it went by.
  if(decision.event_id = '', report.score, decision.bureau_score) AS bureau_score,
  report.current_days_past_due AS current_days_past_due,
  if(report.event_id = '', NULL, report.cost_fen) AS report_cost_fen,
  nullIf(decision.event_id, '') AS decided_event_id,
  if(decision.event_id = '', NULL, decision.at) AS decided_at,
  nullIf(decision.outcome, '') AS outcome,
  if(decision.event_id = '', NULL, decision.amount_fen) AS approved_amount_fen,
  decision.annual_rate AS annual_rate,
  if(decision.event_id = '', NULL, decision.term_months) AS decided_term_months,
  nullIf(decision.policy_version, '') AS policy_version,
  decision.reasons AS reasons,
  nullIf(reviewed.reviewer, '') AS reviewer
FROM (
  -- Whole columns first: under FINAL a sub-column (decision.outcome) read from the table itself is not merged by the column's aggregate.
  SELECT * FROM fct_application_rows FINAL
  SETTINGS do_not_merge_across_partitions_select_final = 1, optimize_functions_to_subcolumns = 0
)
