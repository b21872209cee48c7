-- What partners sent and the hub accepted (docs/architecture.md §4): the row is the acceptance, the relay brings it to Kafka.
CREATE SCHEMA IF NOT EXISTS intake;

CREATE TABLE intake.partner (
  partner_id            text        PRIMARY KEY COLLATE "C" CHECK (partner_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  name                  text        NOT NULL,
  secret                bytea       NOT NULL,
  previous_secret       bytea,
  previous_valid_until  timestamptz,
  created_at            timestamptz NOT NULL DEFAULT now(),
  rotated_at            timestamptz,
  disabled_at           timestamptz
);
COMMENT ON COLUMN intake.partner.partner_id IS 'app_id of the signature';
COMMENT ON COLUMN intake.partner.secret IS 'AES-256-GCM under the master key';

CREATE TABLE intake.nonce (
  partner_id text        COLLATE "C" NOT NULL,
  nonce      text        COLLATE "C" NOT NULL,
  used_at    timestamptz NOT NULL,
  PRIMARY KEY (partner_id, nonce)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE intake.nonce IS 'a nonce is good once for 600 s (docs/domain.md §7); older ones are removed by the relay worker';
CREATE INDEX nonce_by_time ON intake.nonce USING brin (used_at) WITH (pages_per_range = 16, autosummarize = on);

CREATE TABLE intake.accepted (
  seq              bigint      PRIMARY KEY,
  application_id   uuid        NOT NULL,
  partner_id       text        COLLATE "C" NOT NULL,
  partner_order_no text        NOT NULL,
  channel          text        NOT NULL,
  content_digest   text        NOT NULL,
  person_ids       text[]      NOT NULL,
  amount_fen       bigint      NOT NULL,
  business_date    date        NOT NULL,
  received_at      timestamptz NOT NULL,
  raw              bytea       NOT NULL,
  event            text        NOT NULL,
  traceparent      text        NOT NULL
);
COMMENT ON COLUMN intake.accepted.seq IS 'order of publication; taken inside the INSERT, as platform/relay demands';
COMMENT ON COLUMN intake.accepted.application_id IS 'UUIDv5 of partner and order number: its uniqueness is the idempotency';
COMMENT ON COLUMN intake.accepted.raw IS 'the body as sent, AES-256-GCM under the keys of all persons in it (person_ids, the applicant first)';
COMMENT ON COLUMN intake.accepted.event IS 'data of intake.application-received as it is published';
CREATE UNIQUE INDEX accepted_by_application ON intake.accepted (application_id);
CREATE INDEX accepted_by_day ON intake.accepted USING brin (business_date) WITH (pages_per_range = 32, autosummarize = on);
-- A row of 2 to 8 KB stays whole in its page: moving its (incompressible) columns out of line doubles the work of an insert.
ALTER TABLE intake.accepted SET (toast_tuple_target = 8160);
ALTER TABLE intake.accepted ALTER COLUMN raw SET STORAGE EXTERNAL, ALTER COLUMN event SET STORAGE EXTERNAL;

CREATE SEQUENCE intake.accepted_seq AS bigint CACHE 1;

-- Where each relay stands, kept after the fact for reconciliation and as a guard; the truth is the offset in Kafka.
CREATE TABLE hub.relay_position (
  relay      text        PRIMARY KEY,
  next_seq   bigint      NOT NULL,
  go_on_from bigint,
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN hub.relay_position.go_on_from IS 'set by an operator when Kafka has lost the position: publish from this sequence number on';

-- Accepts what waited: uses up the nonces, stores the keys of new persons, inserts the applications, all or nothing.
--   n_*: one element per request whose nonce is to be used up; a_*: one per application; k_*: one per person of an application.
--   *_request is the caller's number of the request; `bodies` holds, per application, its raw ciphertext and then its event.
-- Returns only the requests that were not simply accepted: `replayed`, `disabled`, `stale-key` (encrypt again), `duplicate`
-- (with the digest of what was accepted before). Every set is inserted in the order of its keys, so that two processes cannot
-- deadlock. Whole-table scans and hash joins are off because a plan made while the tables were small would stay in use.
CREATE FUNCTION intake.accept(
  at timestamptz,
  n_request int[], n_partner text[], n_nonce text[],
  k_request int[], k_person text[], k_wrapped bytea, k_new boolean[],
  a_request int[], a_id uuid[], a_partner text[], a_order text[], a_channel text[], a_digest text[], a_persons text[], a_amount bigint[],
  a_day date[], a_received timestamptz[], a_trace text[], a_raw_length int[], a_event_length int[], bodies bytea
) RETURNS TABLE (request int, outcome text, digest text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
  refused int[] := '{}';
  stale text[];
  inserted bigint;
  wanted bigint;
BEGIN
  FOR request IN
    SELECT n.r FROM unnest(n_request, n_partner) AS n(r, p) JOIN intake.partner AS t ON t.partner_id = n.p COLLATE "C" WHERE t.disabled_at IS NOT NULL
  LOOP
    refused := refused || request;
    outcome := 'disabled';
    RETURN NEXT;
  END LOOP;

  INSERT INTO intake.nonce AS n (partner_id, nonce, used_at)
  SELECT u.p, u.x, at FROM unnest(n_request, n_partner, n_nonce) AS u(r, p, x)
  WHERE u.r <> ALL (refused)
  ORDER BY u.p COLLATE "C", u.x COLLATE "C"
  ON CONFLICT (partner_id, nonce) DO UPDATE SET used_at = excluded.used_at WHERE n.used_at <= excluded.used_at - interval '600 seconds';
  GET DIAGNOSTICS inserted = ROW_COUNT;
  IF inserted < cardinality(n_request) - cardinality(refused) THEN
    -- Which ones: those whose row was not written by this transaction.
    FOR request IN
      SELECT u.r FROM unnest(n_request, n_partner, n_nonce) AS u(r, p, x)
      JOIN intake.nonce AS n ON n.partner_id = u.p COLLATE "C" AND n.nonce = u.x COLLATE "C"
      WHERE u.r <> ALL (refused) AND n.xmin <> pg_current_xact_id()::xid
    LOOP
      refused := refused || request;
      outcome := 'replayed';
      RETURN NEXT;
    END LOOP;
  END IF;

  SELECT count(*) INTO wanted FROM unnest(a_request) AS a(r) WHERE a.r <> ALL (refused);
  IF wanted = 0 THEN
    RETURN;
  END IF;

  stale := hub.keep_person_keys(k_person, k_wrapped, k_new);
  IF cardinality(stale) > 0 THEN
    FOR request IN SELECT DISTINCT k.r FROM unnest(k_request, k_person) AS k(r, p) WHERE k.p = ANY (stale) AND k.r <> ALL (refused) LOOP
      refused := refused || request;
      outcome := 'stale-key';
      RETURN NEXT;
    END LOOP;
    SELECT count(*) INTO wanted FROM unnest(a_request) AS a(r) WHERE a.r <> ALL (refused);
  END IF;

  -- The relay tells a gap that may still be filled from a dead one by who holds this statement's lock on the table: the sequence
  -- number must be taken inside the INSERT (platform/relay/).
  -- Known applications are left out before a sequence number is taken, so that a repeat leaves no gap.
  INSERT INTO intake.accepted (seq, application_id, partner_id, partner_order_no, channel, content_digest, person_ids, amount_fen, business_date, received_at, traceparent, raw, event)
  SELECT nextval('intake.accepted_seq'), f.id, f.partner, f.order_no, f.channel, f.digest, string_to_array(f.persons, ' '), f.amount, f.day, f.received, f.trace,
         substring(bodies FROM f.start::int FOR f.raw_length), convert_from(substring(bodies FROM f.start::int + f.raw_length FOR f.event_length), 'UTF8')
  FROM (
    SELECT a.*, 1 + sum(a.raw_length + a.event_length) OVER (ORDER BY a.n ROWS UNBOUNDED PRECEDING) - a.raw_length - a.event_length AS start
    FROM unnest(a_request, a_id, a_partner, a_order, a_channel, a_digest, a_persons, a_amount, a_day, a_received, a_trace, a_raw_length, a_event_length) WITH ORDINALITY
      AS a(r, id, partner, order_no, channel, digest, persons, amount, day, received, trace, raw_length, event_length, n)
  ) AS f
  WHERE f.r <> ALL (refused) AND NOT EXISTS (SELECT FROM intake.accepted AS known WHERE known.application_id = f.id)
  ORDER BY f.id
  ON CONFLICT (application_id) DO NOTHING;
  GET DIAGNOSTICS inserted = ROW_COUNT;

  IF inserted < wanted THEN
    FOR request, digest IN
      SELECT a.r, known.content_digest FROM unnest(a_request, a_id) AS a(r, id) JOIN intake.accepted AS known ON known.application_id = a.id
      WHERE a.r <> ALL (refused) AND known.xmin <> pg_current_xact_id()::xid
    LOOP
      outcome := 'duplicate';
      RETURN NEXT;
    END LOOP;
  END IF;
  IF inserted > 0 THEN
    PERFORM pg_notify('relay_intake', '');
  END IF;
END
$$;
