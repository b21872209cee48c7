-- One key per person, wrapped by the hub's master key: whoever deletes the row erases the person everywhere (docs/architecture.md §7).
CREATE TABLE hub.person_key (
  person_id  text        PRIMARY KEY COLLATE "C",
  wrapped    bytea       NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN hub.person_key.wrapped IS 'AES-256-GCM of the person''s key under the master key: 12 bytes nonce, 32 bytes key, 16 bytes tag';

-- Which master key this database belongs to: a process with another one must not write what nobody can read again.
CREATE TABLE hub.master_key (
  only_one    boolean     PRIMARY KEY DEFAULT true CHECK (only_one),
  fingerprint bytea       NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);

-- Stores the keys marked new and returns the persons whose stored key is not the one given (made by another process first, or
-- erased meanwhile). `wrapped` holds the keys one after the other, 60 bytes each. The planner is kept from whole-table scans:
-- a plan made while the table was small would stay in use when it is large.
CREATE FUNCTION hub.keep_person_keys(persons text[], wrapped bytea, fresh boolean[]) RETURNS text[]
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off
AS $$
DECLARE
  stale text[];
BEGIN
  INSERT INTO hub.person_key AS k (person_id, wrapped)
  SELECT p.person, substring(keep_person_keys.wrapped FROM (p.n::int - 1) * 60 + 1 FOR 60)
  FROM unnest(persons, fresh) WITH ORDINALITY AS p(person, is_new, n)
  WHERE p.is_new
  ORDER BY p.person COLLATE "C"
  ON CONFLICT (person_id) DO NOTHING;

  SELECT array_agg(p.person) INTO stale
  FROM unnest(persons) WITH ORDINALITY AS p(person, n)
  LEFT JOIN hub.person_key AS k
    ON k.person_id = p.person COLLATE "C" AND k.wrapped = substring(keep_person_keys.wrapped FROM (p.n::int - 1) * 60 + 1 FOR 60)
  WHERE k.person_id IS NULL;
  RETURN coalesce(stale, '{}');
END
$$;
