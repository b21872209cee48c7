-- What the warehouse sink has taken on (docs/architecture.md §4): the bounds of a chunk are kept here before its rows go to ClickHouse, so that whoever
-- comes after a crash repeats the very same chunk, with the same token.

-- Per partition: everything before next_offset belongs to a chunk that was recorded. Moved only from the value that was read: a stale
-- worker finds another value and cannot record. generation rises when a topic was made anew and its offsets start over.
create table hub.sink_position (
  topic text not null,
  partition integer not null,
  next_offset bigint not null check (next_offset >= 0),
  generation integer not null default 1 check (generation > 0),
  updated_at timestamptz not null default now(),
  primary key (topic, partition)
) with (fillfactor = 50);

-- Chunks whose rows may not all have landed yet. A chunk covers some partitions of one topic, [firsts[i], nexts[i]) of partitions[i]; it is
-- dropped once its rows are in ClickHouse and the refused ones in the dead letters. `splitting`: ClickHouse refused it as a whole.
create table hub.sink_chunk (
  chunk_id bigint generated always as identity primary key,
  topic text not null,
  partitions integer[] not null,
  firsts bigint[] not null,
  nexts bigint[] not null,
  token text not null,
  rows integer not null check (rows >= 0),
  state text not null default 'recorded' check (state in ('recorded', 'splitting')),
  recorded_at timestamptz not null default now()
);
alter table hub.sink_chunk set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
alter table hub.sink_position set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Records a chunk and moves its partitions, or neither: SK001 when one of them is not where the worker believes.
create function hub.sink_record(topic_ text, partitions_ integer[], firsts_ bigint[], nexts_ bigint[], token_ text, rows_ integer) returns bigint language plpgsql as $$
declare
  moved integer;
  id bigint;
begin
  update hub.sink_position p set next_offset = b.next, updated_at = now()
    from unnest(partitions_, firsts_, nexts_) as b(partition, first, next)
    where p.topic = topic_ and p.partition = b.partition and p.next_offset = b.first;
  get diagnostics moved = row_count;
  if moved <> cardinality(partitions_) then
    raise exception 'a partition of % is not where this worker believes', topic_ using errcode = 'SK001';
  end if;
  insert into hub.sink_chunk (topic, partitions, firsts, nexts, token, rows) values (topic_, partitions_, firsts_, nexts_, token_, rows_) returning chunk_id into id;
  return id;
end $$;
