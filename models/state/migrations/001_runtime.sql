-- The runtime's own tables (docs/architecture.md §4).

create schema if not exists hub;
create schema if not exists state;

-- What a pipeline has decided, per partition: everything before next_offset. Moved only in the transaction that saves the
-- states, and only from the value that was read: a stale worker finds another value and cannot commit.
create table hub.consumed (
  pipeline text not null,
  topic text not null,
  partition integer not null,
  -- Where it began: the beginning of the partition at that time.
  start_offset bigint not null,
  next_offset bigint not null check (next_offset >= start_offset),
  updated_at timestamptz not null default now(),
  primary key (pipeline, topic, partition)
) with (fillfactor = 50);

-- Events decided but perhaps not yet on their topics: one row per partition and batch, all its events framed in one value. first_offset
-- and next_offset are the input it covers. Dropped once Kafka has committed it.
create table hub.outbox (
  pipeline text not null,
  topic text not null,
  partition integer not null,
  first_offset bigint not null,
  next_offset bigint not null check (next_offset > first_offset),
  events bytea not null,
  created_at timestamptz not null default now(),
  primary key (pipeline, topic, partition, next_offset)
);
-- A row lives for some milliseconds: compressing it would only cost time.
alter table hub.outbox alter column events set storage external;
alter table hub.outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000);
alter table hub.consumed set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Count and money of what each pipeline made of its input, and of what it emitted (under the topic that went to), for `hub reconcile`. business_date is of the event; a record that cannot be
-- read counts on the day it was written to its topic, with no money.
create table hub.pipeline_tally (
  pipeline text not null,
  topic text not null,
  partition integer not null,
  business_date date not null,
  outcome text not null check (outcome in ('done', 'ignored', 'dead_letter', 'skipped', 'emitted')),
  events bigint not null,
  amount_fen bigint not null,
  primary key (pipeline, topic, partition, business_date, outcome)
) with (fillfactor = 50);

-- Dated configuration: business policies and the like. A key has many versions; the one in force on a business date (Asia/Shanghai) is
-- the one with the latest effective_from not after it (the higher version where two start together). Rows are never changed.
create table hub.config (
  key text not null,
  version integer not null check (version > 0),
  -- Name of the version, as decisions and logs show it.
  label text not null,
  effective_from date not null,
  value jsonb not null,
  note text,
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (key, version),
  unique (key, label)
);

create function hub.config_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('hub_config', new.key);
  return null;
end $$;
create trigger config_changed after insert on hub.config for each row execute function hub.config_changed();

-- The table of a pipeline's states: one row per key, the state as JSON text, the version counting its changes.
create function hub.ensure_state_table(pipeline text) returns void language plpgsql as $$
begin
  if to_regclass(format('state.%I', pipeline)) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(4711002);
  execute format('create table if not exists state.%I (key text primary key, version bigint not null, state text not null) with (fillfactor = 70)', pipeline);
end $$;
