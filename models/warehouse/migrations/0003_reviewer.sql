-- Who decided a referred application: a column of its own, and a view of its own that feeds it, so that the views that are there go on without a gap.
-- sharding key: application_id

ALTER TABLE {table:fct_application_rows}{onCluster} ADD COLUMN IF NOT EXISTS reviewed SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'Asia/Shanghai'), reviewer String));

CREATE MATERIALIZED VIEW IF NOT EXISTS fct_application_from_reviewer{onCluster} TO {table:fct_application_rows} AS
SELECT business_date, application_id, (decided_at, assumeNotNull(decided_by)) AS reviewed
FROM {table:raw_review_application_decided}
WHERE decided_by IS NOT NULL;
