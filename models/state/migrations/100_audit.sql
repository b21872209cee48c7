-- Who did what to what, and when: written in the same transaction as the act where there is one.
CREATE SCHEMA IF NOT EXISTS hub;

CREATE TABLE hub.audit (
  id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor   text        NOT NULL,
  action  text        NOT NULL,
  subject text        NOT NULL,
  before  jsonb,
  after   jsonb
);
CREATE INDEX audit_by_subject ON hub.audit (subject, id);
CREATE INDEX audit_by_time ON hub.audit (at);
