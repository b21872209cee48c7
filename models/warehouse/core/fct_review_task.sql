-- One row per task: one stay of a referred application in a queue, as it is after its last change. `queue_seconds` is from opening to the first
-- claim, `handling_seconds` what people held it for, `open_seconds` from opening to its end; null while they last.
SELECT
  business_date,
  application_id,
  task_id,
  number,
  partner_id,
  product,
  region,
  requested_amount_fen,
  queue,
  last.2 AS status,
  last.3 AS result,
  last.4 AS overdue,
  last.5 AS reviewer,
  opened_at,
  due_at,
  last.6 AS first_claimed_at,
  last.7 AS closed_at,
  -- Commands and decisions are timed by different machines.
  greatest(0, toUnixTimestamp64Milli(first_claimed_at) - toUnixTimestamp64Milli(opened_at)) / 1000 AS queue_seconds,
  if(closed_at IS NULL, NULL, last.8) AS handling_seconds,
  greatest(0, toUnixTimestamp64Milli(closed_at) - toUnixTimestamp64Milli(opened_at)) / 1000 AS open_seconds,
  reason_codes
FROM
(
  SELECT
    task_id,
    any(changed.business_date) AS business_date,
    any(changed.application_id) AS application_id,
    any(changed.number) AS number,
    any(changed.partner_id) AS partner_id,
    any(changed.product) AS product,
    any(changed.region) AS region,
    any(changed.requested_amount_fen) AS requested_amount_fen,
    any(changed.queue) AS queue,
    any(changed.opened_at) AS opened_at,
    any(changed.due_at) AS due_at,
    any(changed.reason_codes) AS reason_codes,
    -- Whoever closed it, else whoever holds it; the clock closes tasks too, and is nobody.
    max((changed.revision, toString(changed.status), toString(changed.result), changed.overdue, nullIf(coalesce(changed.closed_by, changed.holder), 'clock'), changed.first_claimed_at, changed.closed_at, changed.handled_seconds)) AS last
  FROM raw_review_task_changed AS changed
  WHERE changed.action != 'refused'
  GROUP BY task_id
)
