-- One row per review task as dashboards filter and list it: province instead of district, empty text instead of null where a filter looks.
SELECT
  toDate(fct.business_date) AS business_date,
  task_id,
  application_id,
  partner_id,
  product,
  substring(region, 1, 2) AS region,
  requested_amount_fen,
  toString(queue) AS queue,
  status,
  ifNull(result, 'OPEN') AS result,
  ifNull(reviewer, '') AS reviewer,
  overdue,
  opened_at,
  due_at,
  closed_at,
  queue_seconds,
  handling_seconds,
  open_seconds,
  reason_codes
FROM fct_review_task AS fct
