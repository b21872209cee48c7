-- Who appears in which application, and as what: what the customer view looks up, by person or by the keyed hash of a mobile.
-- sharding key: person_id
--
-- Only what is needed to find the application: masks and ciphertexts stay in its event.

CREATE TABLE IF NOT EXISTS {table:fct_person_application_rows}{onCluster}
(
  person_id String,
  application_id String,
  role LowCardinality(String),
  partner_id String,
  mobile_hash String,
  business_date Date32,
  received_at DateTime64(3, 'Asia/Shanghai'),
  INDEX by_mobile mobile_hash TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:ReplacingMergeTree}
ORDER BY (person_id, application_id, role)
COMMENT 'persons of applications, a row more where an event landed twice: read fct_person_application';

CREATE MATERIALIZED VIEW IF NOT EXISTS fct_person_application_from_applicant{onCluster} TO {table:fct_person_application_rows} AS
SELECT person_id, application_id, 'applicant' AS role, partner_id, applicant_mobile_hash AS mobile_hash, business_date, received_at
FROM {table:raw_intake_application_received};

CREATE MATERIALIZED VIEW IF NOT EXISTS fct_person_application_from_guarantors{onCluster} TO {table:fct_person_application_rows} AS
SELECT JSONExtractString(guarantor, 'personId') AS person_id, application_id, 'guarantor' AS role, partner_id, JSONExtractString(guarantor, 'mobile', 'hash') AS mobile_hash, business_date, received_at
FROM {table:raw_intake_application_received}
ARRAY JOIN JSONExtractArrayRaw(value, 'guarantors') AS guarantor;

-- What landed before this migration; a row that comes twice changes nothing.
INSERT INTO fct_person_application_rows (person_id, application_id, role, partner_id, mobile_hash, business_date, received_at)
SELECT person_id, application_id, 'applicant', partner_id, applicant_mobile_hash, business_date, received_at FROM raw_intake_application_received;

INSERT INTO fct_person_application_rows (person_id, application_id, role, partner_id, mobile_hash, business_date, received_at)
SELECT JSONExtractString(guarantor, 'personId'), application_id, 'guarantor', partner_id, JSONExtractString(guarantor, 'mobile', 'hash'), business_date, received_at
FROM raw_intake_application_received
ARRAY JOIN JSONExtractArrayRaw(value, 'guarantors') AS guarantor;
