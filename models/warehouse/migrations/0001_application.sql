-- One row per application, put together from its events as they land.
-- sharding key: application_id
--
-- An AggregatingMergeTree fed by one materialised view per event type: every insert into a raw table adds rows that carry only what that event
-- knows, and rows of one application merge by aggregates that do not mind repetition (any, max): an event that lands twice changes nothing.
-- So the table is as fresh as the raw tables, needs no join when read, and is correct under duplicates. Reading it takes FINAL
-- (the view fct_application does); parts whose days do not overlap are not merged for it, so past days cost nothing.
-- Of several reports or decisions of one application the latest wins: max over a tuple that begins with its instant.

CREATE TABLE IF NOT EXISTS {table:fct_application_rows}{onCluster}
(
  business_date Date32,
  application_id String,
  person_id SimpleAggregateFunction(any, Nullable(String)),
  partner_id SimpleAggregateFunction(any, Nullable(String)),
  partner_order_no SimpleAggregateFunction(any, Nullable(String)),
  channel SimpleAggregateFunction(any, Nullable(String)),
  product SimpleAggregateFunction(any, Nullable(String)),
  region SimpleAggregateFunction(any, Nullable(String)),
  requested_amount_fen SimpleAggregateFunction(any, Nullable(Int64)),
  term_months SimpleAggregateFunction(any, Nullable(Int64)),
  method SimpleAggregateFunction(any, Nullable(String)),
  vehicle_kind SimpleAggregateFunction(any, Nullable(String)),
  vehicle_use SimpleAggregateFunction(any, Nullable(String)),
  vehicle_energy SimpleAggregateFunction(any, Nullable(String)),
  vehicle_price_fen SimpleAggregateFunction(any, Nullable(Int64)),
  monthly_income_fen SimpleAggregateFunction(any, Nullable(Int64)),
  monthly_debt_fen SimpleAggregateFunction(any, Nullable(Int64)),
  applicant_birth_date SimpleAggregateFunction(any, Nullable(Date32)),
  applicant_sex SimpleAggregateFunction(any, Nullable(String)),
  received_at SimpleAggregateFunction(any, Nullable(DateTime64(3, 'Asia/Shanghai'))),
  received_event_id SimpleAggregateFunction(any, Nullable(String)),
  matched SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'Asia/Shanghai'), event_id String, duplicate_of Nullable(String), prior_applications UInt32, blacklist Nullable(String))),
  report SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'Asia/Shanghai'), event_id String, bureau String, outcome String, score Nullable(Int64), current_days_past_due Nullable(Int64), cost_fen Int64)),
  decision SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'Asia/Shanghai'), event_id String, outcome String, amount_fen Int64, annual_rate Nullable(Decimal(18, 10)), term_months Int64, policy_version String, bureau_score Nullable(Int64), reasons Array(Tuple(code String, detail String))))
)
ENGINE = {engine:AggregatingMergeTree}
PARTITION BY toYYYYMM(business_date)
ORDER BY (business_date, application_id)
COMMENT 'applications, one row per event until merged: read fct_application';

CREATE MATERIALIZED VIEW IF NOT EXISTS fct_application_from_received{onCluster} TO {table:fct_application_rows} AS
SELECT
  business_date, application_id, person_id, partner_id, partner_order_no,
  toString(channel) AS channel, product, applicant_address_region AS region,
  request_amount_fen AS requested_amount_fen, request_term_months AS term_months, toString(request_method) AS method,
  toString(vehicle_kind) AS vehicle_kind, toString(vehicle_use) AS vehicle_use, toString(vehicle_energy) AS vehicle_energy, vehicle_price_fen,
  applicant_monthly_income_fen AS monthly_income_fen, applicant_monthly_debt_fen AS monthly_debt_fen,
  applicant_birth_date, toString(applicant_sex) AS applicant_sex,
  received_at, event_id AS received_event_id
FROM {table:raw_intake_application_received};

CREATE MATERIALIZED VIEW IF NOT EXISTS fct_application_from_matched{onCluster} TO {table:fct_application_rows} AS
SELECT
  business_date, application_id, person_id, partner_id, requested_amount_fen,
  (event_time, event_id, duplicate_of, toUInt32(length(prior_applications)), blacklist_list) AS matched
FROM {table:raw_matching_applicant_matched};

CREATE MATERIALIZED VIEW IF NOT EXISTS fct_application_from_report{onCluster} TO {table:fct_application_rows} AS
SELECT
  business_date, application_id, person_id, requested_amount_fen,
  (answered_at, event_id, bureau, toString(outcome), score, overdue_current_days_past_due, cost_fen) AS report
FROM {table:raw_bureaus_credit_report_received};

CREATE MATERIALIZED VIEW IF NOT EXISTS fct_application_from_decision{onCluster} TO {table:fct_application_rows} AS
SELECT
  business_date, application_id, person_id, partner_id, product, region, requested_amount_fen, received_at,
  (decided_at, event_id, toString(outcome), amount_fen, annual_rate, term_months, policy_version, bureau_score, arrayMap(reason -> (reason.1, reason.2), reasons)) AS decision
FROM {table:raw_review_application_decided};
