-- What people (and the clock) asked to be done with referred applications: the row is the acceptance, the relay review-tasks brings it to Kafka.
CREATE SCHEMA IF NOT EXISTS review;

CREATE TABLE review.task_command (
  seq            bigint      PRIMARY KEY,
  command_id     text        NOT NULL COLLATE "C",
  application_id text        NOT NULL,
  source         text        NOT NULL,
  business_date  date        NOT NULL,
  amount_fen     bigint      NOT NULL,
  digest         text        NOT NULL,
  accepted_at    timestamptz NOT NULL,
  traceparent    text,
  event          text        NOT NULL
);
COMMENT ON COLUMN review.task_command.seq IS 'order of publication; taken inside the INSERT, as platform/relay demands';
COMMENT ON COLUMN review.task_command.digest IS 'SHA-256 of what was asked, by whom: the same id with other content is refused';
COMMENT ON COLUMN review.task_command.event IS 'data of review.task-commanded as it is published';
CREATE UNIQUE INDEX task_command_by_id ON review.task_command (command_id);
CREATE INDEX task_command_by_application ON review.task_command (application_id);
CREATE SEQUENCE review.task_command_seq AS bigint CACHE 1;

-- Accepts one command. Null: accepted; else the digest of the command that was accepted under this id before. A known id takes no number.
CREATE FUNCTION review.accept_command(id text, application text, origin text, day date, amount bigint, content text, at timestamptz, trace text, body text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  known text;
BEGIN
  SELECT digest INTO known FROM review.task_command WHERE command_id = id;
  IF found THEN
    RETURN known;
  END IF;
  INSERT INTO review.task_command (seq, command_id, application_id, source, business_date, amount_fen, digest, accepted_at, traceparent, event)
  VALUES (nextval('review.task_command_seq'), id, application, origin, day, amount, content, at, trace, body)
  ON CONFLICT (command_id) DO NOTHING;
  IF NOT found THEN
    SELECT digest INTO known FROM review.task_command WHERE command_id = id;
    RETURN known;
  END IF;
  PERFORM pg_notify('relay_review_tasks', '');
  RETURN NULL;
END
$$;

-- The tasks as people list them, taken from review.task-changed; the truth is the state of the pipeline review-tasks.
CREATE TABLE review.task (
  task_id          text        PRIMARY KEY COLLATE "C",
  application_id   text        NOT NULL,
  number           integer     NOT NULL,
  revision         bigint      NOT NULL,
  queue            text        NOT NULL,
  status           text        NOT NULL,
  partner_id       text        NOT NULL,
  product          text        NOT NULL,
  region           text        NOT NULL,
  business_date    date        NOT NULL,
  amount_fen       bigint      NOT NULL,
  reason_codes     text[]      NOT NULL,
  opened_at        timestamptz NOT NULL,
  due_at           timestamptz NOT NULL,
  overdue          boolean     NOT NULL,
  holder           text,
  first_claimed_at timestamptz,
  handled_seconds  bigint      NOT NULL,
  closed_at        timestamptz,
  closed_by        text,
  result           text
);
CREATE INDEX task_open ON review.task (due_at, task_id) WHERE status <> 'CLOSED';
CREATE INDEX task_closed ON review.task (closed_at DESC, task_id) WHERE status = 'CLOSED';
CREATE INDEX task_by_application ON review.task (application_id);

-- Who reviews, and who changes policies.
ALTER TABLE hub."user" DROP CONSTRAINT user_role_check;
ALTER TABLE hub."user" ADD CONSTRAINT user_role_check CHECK (role IN ('admin', 'manager', 'data-engineer', 'operator', 'reviewer', 'senior-reviewer', 'risk-manager'));
