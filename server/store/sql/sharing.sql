-- name: beat
-- This daemon is alive, and the database takes writes. Gives how many others were seen lately.
with clock as materialized (
  select counterpart.now() as now
),
mine as (
  insert into daemon as d (daemon_id, seen)
  select $1, clock.now
  from clock
  on conflict (daemon_id) do update
  set seen = excluded.seen
)
select count(*)
from daemon d
cross join clock
where d.daemon_id <> $1
  and d.seen > clock.now - $2::bigint * interval '1 millisecond'

-- name: remove_gone_daemons
delete from daemon
where seen < counterpart.now() - interval '1 hour'

-- name: announce
select pg_notify('counterpart', $1)

-- name: take_tokens
-- At most $2 requests, from a bucket that fills with $3 a second up to $4. None while the system is paused or taken
-- for down; when its time for a try has come, one daemon is given one (-1), and has $5 milliseconds for it.
insert into pace as p (system_id, tokens, filled, granted)
select $1, $4::double precision - least($2::integer, floor($4::double precision)), c.now, least($2::integer, floor($4::double precision))
from (select counterpart.now() as now) c
on conflict (system_id) do update
set (tokens, filled, granted, probe_until) = (
  select f.tokens - greatest(g.granted, 0),
    greatest(p.filled, excluded.filled),
    g.granted,
    case when g.granted = -1 then excluded.filled + $5::bigint * interval '1 millisecond' else p.probe_until end
  from (select least($4::double precision, p.tokens + greatest(0, extract(epoch from excluded.filled - p.filled)) * $3::double precision) as tokens) f
  cross join lateral (
    select case
      when p.paused_until > excluded.filled then 0
      when p.open_until is null then least($2::integer, greatest(0, floor(f.tokens)))::integer
      when $2 > 0 and p.open_until <= excluded.filled and coalesce(p.probe_until <= excluded.filled, true) then -1
      else 0
    end as granted
  ) g
)
returning p.granted,
  ceil(greatest(0, 1 - p.tokens) / $3::double precision * 1000000)::bigint,
  ceil(extract(epoch from p.paused_until - counterpart.now()) * 1000000)::bigint,
  ceil(extract(epoch from greatest(p.open_until, p.probe_until) - counterpart.now()) * 1000000)::bigint,
  p.open_until is not null,
  p.open_wait

-- name: pause_system
-- For so long from now, unless it is paused for longer; those who wait come back one by one.
insert into pace as p (system_id, tokens, filled, paused_until)
select $1, 0, c.now + $2::bigint * interval '1 microsecond', c.now + $2::bigint * interval '1 microsecond'
from (select counterpart.now() as now) c
on conflict (system_id) do update
set paused_until = greatest(p.paused_until, excluded.paused_until),
  tokens = 0,
  filled = greatest(p.filled, excluded.filled)

-- name: open_breaker
insert into pace as p (system_id, tokens, filled, open_until, open_wait)
select $1, 0, c.now, c.now + $2::bigint * interval '1 microsecond', $3
from (select counterpart.now() as now) c
on conflict (system_id) do update
set open_until = excluded.open_until,
  open_wait = excluded.open_wait,
  probe_until = null

-- name: close_breaker
update pace
set open_until = null,
  open_wait = null,
  probe_until = null,
  tokens = 0,
  filled = counterpart.now()
where system_id = $1
