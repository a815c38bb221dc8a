-- name: store_outcomes
with clock as materialized (
  select counterpart.now() as now
)
insert into outcome (sync_id, mapping, side, id, outcome, detail, at, correlation)
select $1, w.mapping, w.side, w.id, w.outcome, w.detail, clock.now, w.correlation
from unnest($2::text[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[])
  as w (mapping, side, id, outcome, detail, correlation)
cross join clock
on conflict (sync_id, mapping, side, id) do update
set outcome = excluded.outcome,
  detail = excluded.detail,
  at = excluded.at,
  correlation = excluded.correlation

-- name: store_history
with clock as materialized (
  select counterpart.now() as now,
    s.mapping_version
  from sync s
  where s.sync_id = $1
)
insert into history (sync_id, at, mapping, side, id, link_id, written, field, what, before, after, lost, rule, mapping_version, correlation)
select $1, clock.now, w.mapping, w.side, w.id, w.link_id, w.written, w.field, w.what, w.before, w.after, w.lost, w.rule,
  clock.mapping_version, w.correlation
from unnest($2::text[], $3::smallint[], $4::text[], $5::bigint[], $6::smallint[], $7::text[], $8::text[], $9::json[],
  $10::json[], $11::json[], $12::text[], $13::text[])
  as w (mapping, side, id, link_id, written, field, what, before, after, lost, rule, correlation)
cross join clock

-- name: park
-- One that was parked before keeps its number and since when.
insert into parked (sync_id, mapping, side, id, reason, field, remedy, since, correlation)
select $1, w.mapping, w.side, w.id, w.reason, w.field, w.remedy, counterpart.now(), w.correlation
from unnest($2::text[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
  as w (mapping, side, id, reason, field, remedy, correlation)
on conflict (sync_id, mapping, side, id) do update
set reason = excluded.reason,
  field = excluded.field,
  remedy = excluded.remedy,
  correlation = excluded.correlation

-- name: unpark
-- What the end of a link left to a person stays when the record merely takes no part ($5) any more.
delete from parked p
using (
  select $1::integer as sync_id, u.*
  from unnest($2::text[], $3::smallint[], $4::text[], $5::boolean[]) as u (mapping, side, id, excluded)
  offset 0
) w
where p.sync_id = w.sync_id
  and p.mapping = w.mapping
  and p.side = w.side
  and p.id = w.id
  and not (w.excluded
    and (exists (select from link l where w.side = 0 and l.sync_id = $1 and l.mapping = w.mapping and l.left_id = w.id and l.ended is not null)
      or exists (select from link l where w.side = 1 and l.sync_id = $1 and l.mapping = w.mapping and l.right_id = w.id and l.ended is not null))
    and not exists (select from link l where w.side = 0 and l.sync_id = $1 and l.mapping = w.mapping and l.left_id = w.id and l.ended is null)
    and not exists (select from link l where w.side = 1 and l.sync_id = $1 and l.mapping = w.mapping and l.right_id = w.id and l.ended is null))

-- name: close_old_alerts
with clock as materialized (
  select counterpart.now() as now
)
update alert a
set resolved = clock.now
from unnest($2::text[], $3::text[]) as w (kind, subject)
cross join clock
where a.sync_id = $1
  and a.kind = w.kind
  and a.subject = w.subject
  and a.resolved is null
  and a.last_at < clock.now - interval '1 day'

-- name: subjects
-- How alerts name these records.
select s.name || '/' || w.mapping || ' ' || case w.side when 0 then 'left ' else 'right ' end || w.id
from unnest($2::text[], $3::smallint[], $4::text[]) with ordinality as w (mapping, side, id, ord)
join sync s on s.sync_id = $1
order by w.ord

-- name: resolve_alerts_about
-- Alerts about these records ($2..$4), but for those raised just now ($5, $6); one about frozen fields not while the
-- record has any.
with clock as materialized (
  select counterpart.now() as now
),
settled as materialized (
  select w.*, s.name || '/' || w.mapping || ' ' || case w.side when 0 then 'left ' else 'right ' end || w.id as subject
  from unnest($2::text[], $3::smallint[], $4::text[]) as w (mapping, side, id)
  join sync s on s.sync_id = $1
)
update alert a
set resolved = clock.now
from settled w
cross join clock
where a.sync_id = $1
  and a.subject = w.subject
  and a.resolved is null
  and not exists (
    select
    from unnest($5::text[], $6::text[]) as r (kind, subject)
    where r.kind = a.kind
      and r.subject = a.subject)
  and not (a.kind = 'frozen'
    and (exists (
        select
        from link l
        join frozen f on f.sync_id = $1 and f.link_id = l.link_id
        where w.side = 0
          and l.sync_id = $1
          and l.mapping = w.mapping
          and l.left_id = w.id
          and l.ended is null)
      or exists (
        select
        from link l
        join frozen f on f.sync_id = $1 and f.link_id = l.link_id
        where w.side = 1
          and l.sync_id = $1
          and l.mapping = w.mapping
          and l.right_id = w.id
          and l.ended is null)))

-- name: resolve_alert
with clock as materialized (
  select counterpart.now() as now
)
update alert a
set resolved = clock.now
from clock
where a.kind = $1
  and a.subject = $2
  and a.resolved is null

-- name: store_alerts
with clock as materialized (
  select counterpart.now() as now
)
insert into alert as a (sync_id, kind, subject, message, remedy, first_at, last_at)
select $1, w.kind, w.subject, w.message, w.remedy, clock.now, clock.now
from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as w (kind, subject, message, remedy)
cross join clock
on conflict (sync_id, kind, subject) where resolved is null do update
set message = excluded.message,
  remedy = excluded.remedy,
  last_at = excluded.last_at,
  times = a.times + 1

-- name: last_parked
select coalesce(max(parked_id), 0)
from parked

-- name: take_parked
-- One leaves the list, or (null) the next of those up to that number, so many at a time.
delete from parked p
using (
  (select x.sync_id, x.parked_id from parked x where x.parked_id = $1::bigint)
  union all
  (select x.sync_id, x.parked_id from parked x where $1::bigint is null and x.parked_id <= $2::bigint order by x.parked_id limit $3::bigint)
) t
where p.sync_id = t.sync_id
  and p.parked_id = t.parked_id
returning p.sync_id, p.mapping, p.side, p.id, p.correlation

-- name: revive
-- Due at once with no attempts burnt, and read even where its link has ended; a record that is being worked keeps its lease and comes again after it.
with clock as materialized (
  select counterpart.now() as now
)
insert into dirty as d (sync_id, mapping, side, id, generation, due, class, first_news, last_news, correlation, hints, look_again)
select w.sync_id, w.mapping, w.side, w.id, 1, clock.now, 0, clock.now, clock.now, w.correlation, null, true
from unnest($1::integer[], $2::text[], $3::smallint[], $4::text[], $5::text[]) as w (sync_id, mapping, side, id, correlation)
cross join clock
on conflict (sync_id, mapping, side, id) do update
set generation = d.generation + 1,
  due = case when d.lease is null then least(d.due, excluded.due) else d.due end,
  class = 0,
  attempts = 0,
  not_found = 0,
  spared = 0,
  interrupted = 0,
  failing_since = null,
  hints = null,
  look_again = true
