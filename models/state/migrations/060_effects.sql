-- What effects (outside calls, platform/streaming/effect-runtime) have done. Postgres is the truth: a command is done when its position says so,
-- and its outcome (result event or dead letter) is written in the same transaction.

-- How far an effect is on a partition of its command topic: everything below next_offset, and the ranges of `done` above it. A null
-- next_offset: nothing was ever committed. Each claim and each commit raises `revision`; a commit names the revision it was made for, so
-- a worker that lost its partition changes nothing.
CREATE TABLE hub.effect_position (
  effect      text           COLLATE "C" NOT NULL,
  topic       text           COLLATE "C" NOT NULL,
  partition   integer        NOT NULL,
  next_offset bigint,
  done        int8multirange NOT NULL DEFAULT '{}',
  revision    bigint         NOT NULL DEFAULT 1,
  PRIMARY KEY (effect, topic, partition)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Outcomes in the order they are published: one row per micro-batch of commands, their records in one frame (pipeline-runtime/frame.ts).
-- The relay publishes them; rows it has published are deleted, but for the last one.
CREATE TABLE hub.effect_outcome (
  seq    bigint PRIMARY KEY,
  events bytea  NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000);
ALTER TABLE hub.effect_outcome ALTER COLUMN events SET STORAGE EXTERNAL;
CREATE SEQUENCE hub.effect_outcome_seq AS bigint CACHE 1;

-- Commits a micro-batch: moves the positions, keeps the outcomes, wakes the relay. HB001: a position has another revision than the
-- one given, nothing is written.
CREATE FUNCTION hub.commit_effects(effects text[], topics text[], partitions integer[], revisions bigint[], nexts bigint[], dones text[], frames bytea[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  moved integer;
BEGIN
  UPDATE hub.effect_position AS p
  SET next_offset = u.next_offset, done = u.done::int8multirange, revision = p.revision + 1
  FROM unnest(effects, topics, partitions, revisions, nexts, dones) AS u(effect, topic, partition, revision, next_offset, done)
  WHERE p.effect = u.effect COLLATE "C" AND p.topic = u.topic COLLATE "C" AND p.partition = u.partition AND p.revision = u.revision;
  GET DIAGNOSTICS moved = ROW_COUNT;
  IF moved <> cardinality(effects) THEN
    RAISE EXCEPTION 'another worker has claimed a partition of this batch' USING ERRCODE = 'HB001';
  END IF;
  IF cardinality(frames) > 0 THEN
    INSERT INTO hub.effect_outcome (seq, events) SELECT nextval('hub.effect_outcome_seq'), f FROM unnest(frames) AS f;
    PERFORM pg_notify('relay_effects', '');
  END IF;
END
$$;
