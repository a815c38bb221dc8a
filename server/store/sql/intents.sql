-- name: open_intents
-- Of the record itself, of its link whichever end led to the call, or of a pair that was to be linked when the call was
-- over.
select w.ord, i.intent_id, i.link_id, i.mapping, i.side, i.id, i.target, i.target_id, i.operation, i.stamp, i.revision,
  i.before, i.sent, i.source_values, i.decided, counterpart.micros(i.created), counterpart.micros(i.deadline), i.correlation
from unnest($2::text[], $3::smallint[], $4::text[], $5::bigint[]) with ordinality as w (mapping, side, id, link_id, ord)
cross join lateral (
  select x.*
  from intent x
  where x.sync_id = $1
    and x.mapping = w.mapping
    and x.side = w.side
    and x.id = w.id
    and x.state = 0
  union all
  select x.*
  from intent x
  where x.sync_id = $1
    and x.link_id = w.link_id
    and x.link_id <> 0
    and x.state = 0
    and (x.mapping, x.side, x.id) is distinct from (w.mapping, w.side, w.id)
  union all
  select x.*
  from intent x
  where x.sync_id = $1
    and x.mapping = w.mapping
    and x.target = w.side
    and x.target_id = w.id
    and x.link_id = 0
    and x.state = 0
    and x.operation = 'update'
) i
order by w.ord, i.intent_id

-- name: open_creates
-- What may have come out of them is told by the caller; there are as many as creates under way or in doubt.
select 0, i.intent_id, i.link_id, i.mapping, i.side, i.id, i.target, i.target_id, i.operation, i.stamp, i.revision,
  i.before, i.sent, i.source_values, i.decided, counterpart.micros(i.created), counterpart.micros(i.deadline), i.correlation
from unnest($2::text[], $3::smallint[]) as w (mapping, target)
join intent i on i.sync_id = $1 and i.mapping = w.mapping and i.target = w.target
where i.state = 0
  and i.operation = 'create'
order by i.intent_id

-- name: begin_intents
-- Only for pairs that are still under the lease, whichever end had the news; numbered first, so that each
-- finds its number again.
with clock as materialized (
  select counterpart.now() as now
),
held as materialized (
  select w.*
  from (
    select $1::integer as sync_id, u.*
    from unnest($3::text[], $4::smallint[], $5::text[], $6::text[], $7::bigint[], $8::smallint[], $9::text[], $10::text[],
      $11::text[], $12::text[], $13::json[], $14::json[], $15::json[], $16::json[], $17::bigint[], $18::text[])
      with ordinality as u (mapping, side, id, key, link_id, target, target_id, operation, stamp, revision, before, sent,
        source_values, decided, deadline, correlation, ord)
    offset 0
  ) w
  join lease l on l.sync_id = any (array[w.sync_id]) and l.key = w.key
  where l.lease + 0 = $2
),
numbered as materialized (
  select h.*, nextval('counterpart.intent_intent_id_seq') as intent_id
  from held h
),
stored as (
  insert into intent (sync_id, intent_id, state, link_id, mapping, side, id, target, target_id, operation, stamp, revision,
    before, sent, source_values, decided, created, deadline, correlation)
  select $1, n.intent_id, 0, n.link_id, n.mapping, n.side, n.id, n.target, n.target_id, n.operation, n.stamp, n.revision,
    n.before, n.sent, n.source_values, n.decided, clock.now, counterpart.instant(n.deadline), n.correlation
  from numbered n
  cross join clock
)
select n.ord, n.intent_id
from numbered n

-- name: end_intents
-- That a call was made is told by the history; of one that ended otherwise, this is what is left. No index of open
-- intents is to fit (state + 0): see queue.sql.
with clock as materialized (
  select counterpart.now() as now
)
update intent i
set state = w.state,
  result = w.result,
  ended = clock.now
from (
  select $1::integer as sync_id, u.*
  from unnest($2::bigint[], $3::smallint[], $4::text[]) as u (intent_id, state, result)
  offset 0
) w
cross join clock
where i.sync_id = w.sync_id
  and i.intent_id = w.intent_id
  and i.state + 0 = 0

-- name: remove_done_intents
delete from intent i
using (select $1::integer as sync_id, u.* from unnest($2::bigint[]) as u (intent_id) offset 0) w
where i.sync_id = w.sync_id
  and i.intent_id = w.intent_id
  and i.state + 0 = 0
