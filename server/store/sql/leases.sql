-- name: acquire_leases
-- Each key once, in sorted order against deadlocks; an expired one is taken over. Second column: newly got (else
-- held by this lease already). The end is either so many milliseconds from now ($3) or that instant ($4).
with clock as materialized (
  select counterpart.now() as now
),
wanted as materialized (
  select $1::integer as sync_id, w.*
  from unnest($6::text[], $7::text[], $8::text[], $9::smallint[], $10::text[]) as w (key, root, mapping, side, id)
),
got as (
  insert into lease as l (sync_id, key, lease, until, daemon, root, mapping, side, id)
  select $1, w.key, $2, coalesce(counterpart.instant($4::bigint), clock.now + $3::bigint * interval '1 millisecond'),
    $5, w.root, w.mapping, w.side, w.id
  from wanted w
  cross join clock
  order by w.key collate "C"
  on conflict (sync_id, key) do update
  set lease = excluded.lease,
    until = excluded.until,
    daemon = excluded.daemon,
    root = excluded.root,
    mapping = excluded.mapping,
    side = excluded.side,
    id = excluded.id
  where l.until <= (select now from clock)
  returning l.key
)
select g.key, true
from got g
union all
select l.key, false
from wanted w
join lease l on l.sync_id = any (array[w.sync_id]) and l.key = w.key
where l.lease + 0 = $2
  and l.until > (select now from clock)

-- name: drop_leases
delete from lease l
using (select $1::integer as sync_id, u.* from unnest($3::text[]) as u (key) offset 0) w
where l.sync_id = any (array[w.sync_id])
  and l.key = w.key
  and l.lease + 0 = $2

-- name: leave_leases
-- Under a number that nobody holds, they end by themselves ($3).
update lease l
set lease = nextval('counterpart.lease_number'),
  until = counterpart.now() + $3::bigint * interval '1 millisecond'
from (select $1::integer as sync_id, u.* from unnest($4::text[]) as u (key) offset 0) w
where l.sync_id = any (array[w.sync_id])
  and l.key = w.key
  and l.lease + 0 = $2

-- name: release_completed
-- The keys of pairs whose last claimed record has been completed; where the other end is still being worked,
-- the completed one is only marked. All that is held is looked at once: a batch's pairs are not searched one by one.
with held as materialized (
  select l.sync_id, l.key,
    bool_or(l.key = any($3::text[])) over of_a_pair as touched,
    bool_or(l.id is not null and l.key <> all($3::text[])) over of_a_pair as busy
  from lease l
  where l.sync_id + 0 = $1
    and l.lease = $2
  window of_a_pair as (partition by l.root)
),
freed as (
  delete from lease l
  using held h
  where l.sync_id = any (array[h.sync_id])
    and l.key = h.key
    and l.lease + 0 = $2
    and h.touched
    and not h.busy
)
update lease l
set mapping = null,
  side = null,
  id = null
from held h
where l.sync_id = any (array[h.sync_id])
  and l.key = h.key
  and l.lease + 0 = $2
  and h.touched
  and h.busy
  and h.key = any($3::text[])

-- name: release_lease
-- Records of the claim that nobody completed come again in a moment ($3), not when the lease would have ended.
with clock as materialized (
  select counterpart.now() as now
),
freed as (
  delete from lease
  where sync_id + 0 = $1
    and lease = $2
  returning sync_id, mapping, side, id
)
update dirty d
set lease = null,
  due = clock.now + $3 * interval '1 millisecond'
from freed f
cross join clock
where d.sync_id = any (array[f.sync_id])
  and d.mapping = f.mapping
  and d.side = f.side
  and d.id = f.id
  and d.lease = $2

-- name: renew_claimed
-- The dirty rows that are still under the lease; locked before the leases, in the order in which intake takes them.
with clock as materialized (
  select counterpart.now() as now
),
named as materialized (
  select l.sync_id, l.mapping, l.side, l.id
  from lease l
  where l.sync_id + 0 = $1
    and l.lease = $2
),
held as materialized (
  select d.sync_id, d.mapping, d.side, d.id
  from named l
  join dirty d on d.sync_id = any (array[l.sync_id]) and d.mapping = l.mapping and d.side = l.side and d.id = l.id
  where d.lease = $2
  order by d.mapping, d.side, d.id
  for update of d
)
update dirty d
set due = clock.now + $3 * interval '1 millisecond'
from held h
cross join clock
where d.sync_id = any (array[h.sync_id])
  and d.mapping = h.mapping
  and d.side = h.side
  and d.id = h.id
  and d.lease = $2

-- name: renew_lease
-- An expired one that nobody has taken over is held still. In the order in which claims take them.
with clock as materialized (
  select counterpart.now() as now
),
held as materialized (
  select l.sync_id, l.key
  from lease l
  where l.sync_id + 0 = $1
    and l.lease = $2
  order by l.key
  for update
)
update lease l
set until = clock.now + $3 * interval '1 millisecond'
from held h
cross join clock
where l.sync_id = any (array[h.sync_id])
  and l.key = h.key
  and l.lease + 0 = $2
returning 1

-- name: take_over
-- What an earlier run of this daemon held, in all syncs. It may have died of one of them: counted as a failed attempt.
-- What it held across syncs (0) ends by itself: there may be a create in doubt that another sync must not repeat.
with clock as materialized (
  select counterpart.now() as now
),
freed as (
  delete from lease
  where daemon = $1
    and sync_id <> 0
  returning sync_id, lease, mapping, side, id
)
update dirty d
set lease = null,
  due = clock.now,
  attempts = d.attempts + 1,
  interrupted = d.interrupted + 1,
  failing_since = coalesce(d.failing_since, clock.now)
from freed f
cross join clock
where d.sync_id = any (array[f.sync_id])
  and d.mapping = f.mapping
  and d.side = f.side
  and d.id = f.id
  and d.lease = f.lease
returning 1
