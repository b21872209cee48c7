-- Every dead letter as it lies on hub.dead-letters, indexed for people: listed, shown, edited, replayed.
CREATE TABLE hub.dead_letter (
  id            text PRIMARY KEY COLLATE "C",
  step          text NOT NULL,
  reason        text NOT NULL,
  detail        text NOT NULL,
  topic         text NOT NULL,
  partition     integer NOT NULL,
  record_offset bigint NOT NULL,
  died_at       timestamptz NOT NULL,
  event_id      text,
  event_type    text,
  source        text NOT NULL,
  business_date date NOT NULL,
  amount_fen    bigint NOT NULL,
  key           bytea,
  value         bytea,
  headers       jsonb NOT NULL,
  replays       integer NOT NULL DEFAULT 0,
  indexed_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN hub.dead_letter.id IS 'partition-offset on hub.dead-letters';
COMMENT ON COLUMN hub.dead_letter.headers IS 'array of [name, base64]: a header may repeat and may hold any bytes';
CREATE INDEX dead_letter_by_time ON hub.dead_letter (died_at DESC, id DESC);
CREATE INDEX dead_letter_waiting ON hub.dead_letter (step, business_date) WHERE replays = 0;

-- Records to be put back on their topics, in order of their sequence; published exactly once by the relay dead-letter-replay.
CREATE TABLE hub.dead_letter_replay (
  seq            bigint PRIMARY KEY,
  dead_letter_id text NOT NULL UNIQUE REFERENCES hub.dead_letter (id),
  value          bytea,
  edited         boolean NOT NULL,
  requested_by   text NOT NULL,
  requested_at   timestamptz NOT NULL DEFAULT now()
);
CREATE SEQUENCE hub.dead_letter_replay_seq;

-- Takes one replay; false when this dead letter has been replayed before.
CREATE FUNCTION hub.request_replay(letter text, new_value bytea, is_edited boolean, actor text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM hub.dead_letter WHERE id = letter AND replays = 0 FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO hub.dead_letter_replay (seq, dead_letter_id, value, edited, requested_by)
  VALUES (nextval('hub.dead_letter_replay_seq'), letter, new_value, is_edited, actor);
  UPDATE hub.dead_letter SET replays = replays + 1 WHERE id = letter;
  PERFORM pg_notify('relay_dead_letter_replay', '');
  RETURN true;
END
$$;
