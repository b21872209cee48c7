-- One row per report request, put together from its request, its answer and its dead letter as they land (see 0001_application.sql for how).
-- sharding key: application_id
--
-- Of several answers of one request (there is one) the latest wins; an answer wins over a dead letter, which may have been replayed.

CREATE TABLE IF NOT EXISTS {table:fct_bureau_enquiry_rows}{onCluster}
(
  business_date Date32,
  bureau String,
  report_request_id String,
  application_id SimpleAggregateFunction(any, Nullable(String)),
  person_id SimpleAggregateFunction(any, Nullable(String)),
  kind SimpleAggregateFunction(any, Nullable(String)),
  requested_at SimpleAggregateFunction(any, Nullable(DateTime64(3, 'Asia/Shanghai'))),
  answer SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'Asia/Shanghai'), event_id String, outcome String, rejection Nullable(String), reused UInt8, reused_from Nullable(String), reported_at Nullable(DateTime64(3, 'Asia/Shanghai')), listing Nullable(String), cost_fen Int64, charged_fen Nullable(Int64), calls Int64, call_ms Nullable(Int64))),
  dead_letter SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'Asia/Shanghai'), reason String))
)
ENGINE = {engine:AggregatingMergeTree}
PARTITION BY toYYYYMM(business_date)
ORDER BY (business_date, bureau, report_request_id)
COMMENT 'report requests, one row per event until merged: read fct_bureau_enquiry';

CREATE MATERIALIZED VIEW IF NOT EXISTS fct_bureau_enquiry_from_requested{onCluster} TO {table:fct_bureau_enquiry_rows} AS
SELECT business_date, bureau, report_request_id, application_id, person_id, ifNull(toString(kind), 'score') AS kind, requested_at
FROM {table:raw_review_credit_report_requested};

-- Answers of version 1 know neither kind nor calls: one call each, but for those refused.
CREATE MATERIALIZED VIEW IF NOT EXISTS fct_bureau_enquiry_from_received{onCluster} TO {table:fct_bureau_enquiry_rows} AS
SELECT
  business_date, bureau, report_request_id, application_id, person_id, ifNull(toString(kind), 'score') AS kind,
  (answered_at, event_id, toString(outcome), rejection_code, toUInt8(ifNull(reused, false)), reused_from, reported_at, toString(listing_level), cost_fen, charged_fen, ifNull(calls, if(outcome = 'rejected', 0, 1)), call_ms) AS answer
FROM {table:raw_bureaus_credit_report_received};

CREATE MATERIALIZED VIEW IF NOT EXISTS fct_bureau_enquiry_from_dead_letters{onCluster} TO {table:fct_bureau_enquiry_rows} AS
SELECT
  assumeNotNull(toDate32OrNull(JSONExtractString(value, 'businessDate'))) AS business_date, JSONExtractString(value, 'bureau') AS bureau, JSONExtractString(value, 'reportRequestId') AS report_request_id,
  JSONExtractString(value, 'applicationId') AS application_id, JSONExtractString(value, 'personId') AS person_id,
  (dlq_time, toString(dlq_reason)) AS dead_letter
FROM {table:raw_dead_letters}
WHERE dlq_topic = 'review.credit-report-requested' AND startsWith(dlq_step, 'bureaus.') AND JSONExtractString(value, 'reportRequestId') != '' AND isNotNull(toDate32OrNull(JSONExtractString(value, 'businessDate')));

-- What landed before this migration; a row that comes twice changes nothing.
INSERT INTO fct_bureau_enquiry_rows (business_date, bureau, report_request_id, application_id, person_id, kind, requested_at)
SELECT business_date, bureau, report_request_id, application_id, person_id, ifNull(toString(kind), 'score'), requested_at FROM raw_review_credit_report_requested;

INSERT INTO fct_bureau_enquiry_rows (business_date, bureau, report_request_id, application_id, person_id, kind, answer)
SELECT
  business_date, bureau, report_request_id, application_id, person_id, ifNull(toString(kind), 'score'),
  (answered_at, event_id, toString(outcome), rejection_code, toUInt8(ifNull(reused, false)), reused_from, reported_at, toString(listing_level), cost_fen, charged_fen, ifNull(calls, if(outcome = 'rejected', 0, 1)), call_ms)
FROM raw_bureaus_credit_report_received;

-- The report in an application's row is the one with a score: there are others now.
ALTER TABLE fct_application_from_report{onCluster} MODIFY QUERY
SELECT
  business_date, application_id, person_id, requested_amount_fen,
  (answered_at, event_id, bureau, toString(outcome), score, overdue_current_days_past_due, cost_fen) AS report
FROM {table:raw_bureaus_credit_report_received}
WHERE ifNull(kind, 'score') = 'score';
