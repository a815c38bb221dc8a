-- name: store_evidence
-- Rows come sorted by key, so that two daemons storing the same deliveries wait for each other and do not
-- deadlock. A repeat on the same day is kept once. The bodies come one after the other ($1), so that they are read and
-- decoded in one go; a row says where its own begins.
with clock as materialized (
  select counterpart.now() as now
)
insert into evidence (sync_id, mapping, side, id, delivery_key, day, received, system, correlation, headers, body)
select w.sync_id, w.mapping, w.side, w.id, w.delivery_key, (clock.now at time zone 'UTC')::date, clock.now, w.system,
  w.correlation, w.headers::json, substring($1::bytea from w.body_at for w.body_size)
from unnest($2::integer[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::integer[], $11::integer[])
  as w (sync_id, mapping, side, id, delivery_key, system, correlation, headers, body_at, body_size)
cross join clock
on conflict do nothing

-- name: note_events
-- Gives the events not seen in these days. The key holds the day (partitions), so that older days are looked up.
with clock as materialized (
  select (counterpart.now() at time zone 'UTC')::date as today
)
insert into event_seen (sync_id, event, mapping, side, id, day)
select w.sync_id, w.event, w.mapping, w.side, w.id, clock.today
from unnest($1::integer[], $2::text[], $3::text[], $4::smallint[], $5::text[]) as w (sync_id, event, mapping, side, id)
cross join clock
where not exists (
  select from event_seen e
  where e.sync_id = w.sync_id
    and e.event = w.event
    and e.mapping = w.mapping
    and e.side = w.side
    and e.id = w.id
    and e.day between clock.today - 3 and clock.today - 1)
on conflict do nothing
returning sync_id, event, mapping, side, id

-- name: mark_dirty
-- One row a record, sorted by key (completions lock in the same order). Later news raises the generation and
-- moves neither due, nor attempts, nor the lease; unless the class rises no indexed column changes, so that the
-- update stays in its page.
with clock as materialized (
  select counterpart.now() as now
)
insert into dirty as d (sync_id, mapping, side, id, generation, due, class, first_news, last_news, correlation, hints)
select w.sync_id, w.mapping, w.side, w.id, w.pieces, clock.now + w.settle * interval '1 millisecond', w.class,
  clock.now, clock.now, w.correlation, w.hints::text[]
from unnest($1::integer[], $2::text[], $3::smallint[], $4::text[], $5::bigint[], $6::bigint[], $7::smallint[],
  $8::text[], $9::text[]) as w (sync_id, mapping, side, id, pieces, settle, class, correlation, hints)
cross join clock
on conflict (sync_id, mapping, side, id) do update
set generation = d.generation + excluded.generation,
  class = least(d.class, excluded.class),
  last_news = excluded.last_news,
  correlation = excluded.correlation,
  hints = case
    when d.hints is null or excluded.hints is null then null
    when cardinality(d.hints) + cardinality(excluded.hints) > 8 then null
    else d.hints || excluded.hints
  end
