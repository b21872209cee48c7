-- What the bureaus were asked, by day of the answer (or of the request, while there is none) and bureau: how it was settled, what it cost, how
-- often something was found, how long it took, how often a call failed. `charged_fen` is what the bureau says, where it says so: compare it with the cost.
-- `hit_rate` is of the answers that are not refusals.
SELECT
  day,
  bureau,
  kind,
  count() AS requests,
  countIf(status = 'answered') AS answered,
  countIf(status = 'waiting') AS waiting,
  countIf(status = 'dead-lettered') AS dead_lettered,
  countIf(settled_by = 'called') AS called,
  countIf(settled_by = 'reused') AS reused,
  countIf(settled_by = 'refused') AS refused,
  countIf(settled_by = 'called' AND outcome = 'rejected') AS rejected,
  countIf(found) AS found,
  countIf(outcome IN ('report', 'no-file')) AS informed,
  if(informed = 0, NULL, round(found / informed, 4)) AS hit_rate,
  sum(fct.calls) AS calls,
  sum(fct.failed_calls) AS failed_calls,
  sum(fct.cost_fen) AS cost_fen,
  sum(fct.charged_fen) AS charged_fen,
  quantileExactIf(0.5)(fct.call_ms, settled_by = 'called') AS call_ms_median,
  quantileExactIf(0.95)(fct.call_ms, settled_by = 'called') AS call_ms_p95,
  quantileExactIf(0.95)(fct.waited_ms, status = 'answered') AS waited_ms_p95
FROM fct_bureau_enquiry AS fct
GROUP BY day, bureau, kind
