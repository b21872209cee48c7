-- Keys of partners: each belongs to one signature scheme (docs/domain.md §7). All material is AES-256-GCM under the master key.
CREATE TABLE intake.partner_key (
  partner_id   text        NOT NULL COLLATE "C" REFERENCES intake.partner,
  key_no       integer     NOT NULL CHECK (key_no > 0),
  scheme       text        NOT NULL CHECK (scheme IN ('HUB1-HMAC-SHA256', 'HUB1-RSA-SHA256', 'HUB1-SM2-SM3')),
  verifying    bytea       NOT NULL,
  answering    bytea       CHECK ((answering IS NULL) = (scheme = 'HUB1-HMAC-SHA256')),
  body_cipher  text        CHECK (body_cipher IN ('AES-256-GCM', 'SM4-CBC')),
  body_key     bytea       CHECK ((body_key IS NULL) = (body_cipher IS NULL)),
  created_at   timestamptz NOT NULL DEFAULT now(),
  valid_until  timestamptz,
  PRIMARY KEY (partner_id, key_no)
);
COMMENT ON TABLE intake.partner_key IS 'the highest number is the current key; one before it may be good until valid_until (rotation)';
COMMENT ON COLUMN intake.partner_key.verifying IS 'checks what the partner signs: the shared secret, or its public key';
COMMENT ON COLUMN intake.partner_key.answering IS 'private key the hub signs its callbacks with; with HMAC the shared secret does';
COMMENT ON COLUMN intake.partner_key.body_key IS 'set: every body is encrypted with it, a plain one is refused';

INSERT INTO intake.partner_key (partner_id, key_no, scheme, verifying, created_at, valid_until)
SELECT partner_id, 1, 'HUB1-HMAC-SHA256', previous_secret, created_at, previous_valid_until FROM intake.partner WHERE previous_secret IS NOT NULL
UNION ALL
SELECT partner_id, 2, 'HUB1-HMAC-SHA256', secret, coalesce(rotated_at, created_at), NULL FROM intake.partner;

ALTER TABLE intake.partner DROP COLUMN secret, DROP COLUMN previous_secret, DROP COLUMN previous_valid_until, DROP COLUMN rotated_at;

-- From where a partner may send, how much, and where it wants to hear of decisions.
ALTER TABLE intake.partner
  ADD COLUMN allowed_addresses cidr[]  NOT NULL DEFAULT '{}',
  ADD COLUMN rate_per_second   integer CHECK (rate_per_second > 0),
  ADD COLUMN callback_url      text;
COMMENT ON COLUMN intake.partner.allowed_addresses IS 'empty: from anywhere';
COMMENT ON COLUMN intake.partner.rate_per_second IS 'requests; NULL: the default of the hub (HUB_PARTNER_RATE)';

-- Rises in every transaction that changes a partner. Processes hear of it by notification and also look for themselves.
CREATE TABLE intake.partner_version (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  version  bigint  NOT NULL
);
INSERT INTO intake.partner_version (version) VALUES (1);

CREATE FUNCTION intake.partner_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE intake.partner_version SET version = version + 1;
  PERFORM pg_notify('intake_partners', '');
  RETURN NULL;
END
$$;
CREATE TRIGGER partner_changed AFTER INSERT OR UPDATE OR DELETE ON intake.partner FOR EACH STATEMENT EXECUTE FUNCTION intake.partner_changed();
CREATE TRIGGER partner_key_changed AFTER INSERT OR UPDATE OR DELETE ON intake.partner_key FOR EACH STATEMENT EXECUTE FUNCTION intake.partner_changed();

-- The token bucket of a partner, shared by all processes: they take tokens out in small lots. A crash of Postgres leaves it full.
CREATE UNLOGGED TABLE intake.rate_bucket (
  partner_id text             PRIMARY KEY COLLATE "C",
  tokens     double precision NOT NULL,
  filled_at  timestamptz      NOT NULL
) WITH (fillfactor = 50);

-- Takes up to `wanted` whole tokens out of a bucket that holds `rate` and gains `rate` a second. `wait` is the time until there is one
-- again, seconds; 0 when some were granted.
CREATE FUNCTION intake.take_tokens(partner text, rate double precision, wanted integer) RETURNS TABLE (granted integer, wait double precision)
LANGUAGE plpgsql AS $$
DECLARE
  held double precision;
BEGIN
  INSERT INTO intake.rate_bucket AS b (partner_id, tokens, filled_at) VALUES (partner, rate, clock_timestamp())
  ON CONFLICT (partner_id) DO UPDATE
    SET tokens = least(rate, b.tokens + greatest(0, extract(epoch FROM clock_timestamp() - b.filled_at)) * rate), filled_at = greatest(b.filled_at, clock_timestamp())
  RETURNING b.tokens INTO held;
  granted := least(wanted, floor(held)::integer);
  wait := CASE WHEN granted > 0 THEN 0 ELSE (1 - held) / rate END;
  IF granted > 0 THEN
    UPDATE intake.rate_bucket AS b SET tokens = b.tokens - granted WHERE b.partner_id = partner;
  END IF;
  RETURN NEXT;
END
$$;
