-- name: begin_sweep
-- One daemon at a time, when it is due: the one that comes first, for so long ($4) unless it says that it goes on.
-- What an earlier run of the same daemon began is begun anew at once; one that has just started ($5) need not wait
-- until it is due.
insert into sweep as s (system_id, object, number, daemon, until, due)
select $1, $2, 1, $3, c.now + $4::bigint * interval '1 millisecond', c.now
from (select counterpart.now() as now) c
on conflict (system_id, object) do update
set number = s.number + 1,
  daemon = excluded.daemon,
  until = excluded.until
where case when s.until is null then s.due <= excluded.due or $5 else s.until <= excluded.due or s.daemon = $3 end
returning s.number

-- name: look_at_sweep
-- Milliseconds until it is worth asking again, since the last that came to its end, and the failures in a row.
select greatest(0, ceil(extract(epoch from coalesce(s.until, s.due) - c.now) * 1000))::bigint,
  ceil(extract(epoch from c.now - s.ended) * 1000)::bigint,
  s.failures
from sweep s
cross join (select counterpart.now() as now) c
where s.system_id = $1
  and s.object = $2

-- name: keep_sweep
-- It goes on, for so long; no row where another daemon has begun anew.
update sweep
set until = counterpart.now() + $4::bigint * interval '1 millisecond'
where system_id = $1
  and object = $2
  and number = $3
  and until is not null
returning 1

-- name: end_sweep
-- Complete ($5), failed ($6), or neither: given up by a daemon that stops. Due again after so long ($4). Gives the
-- failures in a row.
with clock as materialized (
  select counterpart.now() as now
)
update sweep s
set until = null,
  due = clock.now + $4::bigint * interval '1 millisecond',
  ended = case when $5 then clock.now else s.ended end,
  failures = case when $5 then 0 when $6 then s.failures + 1 else s.failures end
from clock
where s.system_id = $1
  and s.object = $2
  and s.number = $3
returning s.failures

-- name: watermark
select counterpart.micros(at)
from watermark
where system_id = $1
  and object = $2

-- name: save_watermark
insert into watermark (system_id, object, at, saved)
values ($1, $2, counterpart.instant($3::bigint), counterpart.now())
on conflict (system_id, object) do update
set at = excluded.at,
  saved = excluded.saved

-- name: listings
select counterpart.micros(l.reached), l.ended is not null
from unnest($1::integer[], $2::text[], $3::smallint[]) with ordinality as w (sync_id, mapping, side, ord)
left join listing l on l.sync_id = w.sync_id and l.mapping = w.mapping and l.side = w.side
order by w.ord

-- name: save_listings
insert into listing as l (sync_id, mapping, side, reached, ended)
select w.sync_id, w.mapping, w.side, counterpart.instant($1::bigint), case when $2 then counterpart.now() end
from unnest($3::integer[], $4::text[], $5::smallint[]) as w (sync_id, mapping, side)
on conflict (sync_id, mapping, side) do update
set reached = coalesce(excluded.reached, l.reached),
  ended = coalesce(l.ended, excluded.ended)
