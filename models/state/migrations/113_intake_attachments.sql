-- Documents partners sent to their applications (docs/architecture.md §4): the row is the acceptance, the bytes lie in the archive before it is written.
CREATE TABLE intake.attachment (
  seq            bigint      PRIMARY KEY,
  attachment_id  uuid        NOT NULL UNIQUE,
  application_id uuid        NOT NULL,
  partner_id     text        COLLATE "C" NOT NULL,
  kind           text        NOT NULL,
  media_type     text        NOT NULL,
  size_bytes     bigint      NOT NULL CHECK (size_bytes > 0),
  person_ids     text[]      NOT NULL,
  archive_name   text        NOT NULL CHECK (archive_name ~ '^[0-9a-f]{64}$'),
  amount_fen     bigint      NOT NULL,
  business_date  date        NOT NULL,
  received_at    timestamptz NOT NULL,
  event          text        NOT NULL,
  traceparent    text        NOT NULL
);
COMMENT ON COLUMN intake.attachment.attachment_id IS 'UUIDv5 of application, kind and content: its uniqueness is the idempotency';
COMMENT ON COLUMN intake.attachment.person_ids IS 'under whose keys it is sealed: erasing any of them makes it unreadable';
COMMENT ON COLUMN intake.attachment.event IS 'data of intake.attachment-received as it is published';
CREATE INDEX attachment_by_application ON intake.attachment (application_id, seq);
CREATE SEQUENCE intake.attachment_seq AS bigint CACHE 1;

-- Accepts one attachment: `accepted`, `known` (this very one was accepted before) or `full` (the application has `most` already). A known one takes
-- no sequence number, so that a repeat leaves no gap; the number is taken inside the INSERT, as platform/relay demands.
CREATE FUNCTION intake.accept_attachment(
  most integer, a_id uuid, a_application uuid, a_partner text, a_kind text, a_media_type text, a_size bigint, a_persons text[], a_name text,
  a_amount bigint, a_day date, a_received timestamptz, a_event text, a_trace text
) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  -- One at a time per application, so that the count holds.
  PERFORM pg_advisory_xact_lock(hashtext('intake.attachment'), hashtext(a_application::text));
  IF EXISTS (SELECT FROM intake.attachment WHERE attachment_id = a_id) THEN
    RETURN 'known';
  END IF;
  IF (SELECT count(*) FROM intake.attachment WHERE application_id = a_application) >= most THEN
    RETURN 'full';
  END IF;
  INSERT INTO intake.attachment (seq, attachment_id, application_id, partner_id, kind, media_type, size_bytes, person_ids, archive_name, amount_fen, business_date, received_at, event, traceparent)
  VALUES (nextval('intake.attachment_seq'), a_id, a_application, a_partner, a_kind, a_media_type, a_size, a_persons, a_name, a_amount, a_day, a_received, a_event, a_trace);
  PERFORM pg_notify('relay_intake_attachments', '');
  RETURN 'accepted';
END
$$;
