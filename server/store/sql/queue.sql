-- name: claim
-- First fresh work that was handed over in memory ($8..$10): looked up by primary key, whatever the depth of the queue.
-- Then, up to $4 in all, what is due: walks (sync_id + 0, class, due) in order, class by class as told ($6), each from a
-- lower bound ($7) that skips dead rows; null is no bound. So far ($5) back, for rows whose transactions committed late;
-- never above the clock, in case it was set back. A row whose lease has passed was left by a worker that died or hung
-- over it: that counts as a failed attempt. Gives a row without record where nothing is claimed, and none where another
-- version of the mapping ($2) is active: such a daemon claims nothing. With each record come its live link and the other
-- end.
-- Here and in all statements about given rows: plans are made once, often for a queue that is empty, and must be right
-- for a million rows. So the rows bring even the sync's number with them, from a subquery of its own (offset 0); being
-- one of a list, it says nothing of the order of two tables (any (array[…])), by which an index would be walked; and
-- what other indexes fit is made unfit (lease + 0). What is left is to look each row up by its whole key, and
-- tests/server/store/plans_test.cpp looks whether that is what is done. What was taken as wanted is no table to join
-- (not in), for the order of the walk would be lost. And a statement costs by its length, even where most of it has
-- nothing to do.
with clock as materialized (
  select counterpart.now() as now, nextval('counterpart.lease_number') as lease
  from sync
  where sync_id = $1
    and mapping_version = $2
),
wanted as materialized (
  select d.sync_id, d.mapping, d.side, d.id, d.due
  from (select $1::integer as sync_id, u.* from unnest($8::text[], $9::smallint[], $10::text[]) as u (mapping, side, id) offset 0) w
  join dirty d on d.sync_id = any (array[w.sync_id]) and d.mapping = w.mapping and d.side = w.side and d.id = w.id
  where d.due + interval '0' <= (select now from clock)
  for update of d skip locked
),
picked as (
  select w.*, true as is_wanted
  from wanted w
  union all
  (select x.*, false
  from unnest($6::smallint[], $7::bigint[]) as c (class, floor)
  cross join lateral (
    select d.sync_id, d.mapping, d.side, d.id, d.due
    from dirty d
    where d.sync_id + 0 = $1
      and d.class = c.class
      and d.due <= (select now from clock)
      and d.due >= case
        when c.floor is null then '-infinity'
        else least(counterpart.instant(c.floor), (select now from clock)) - $5::bigint * interval '1 millisecond'
      end
      and (d.mapping, d.side, d.id) not in (select w.mapping, w.side, w.id from wanted w)
    order by d.due
    limit $4::bigint
    for update skip locked
  ) x
  limit $4::bigint - (select count(*) from wanted))
),
claimed as (
  update dirty d
  set lease = clock.lease,
    due = clock.now + $3 * interval '1 millisecond',
    attempts = d.attempts + case when d.lease is null then 0 else 1 end,
    interrupted = d.interrupted + case when d.lease is null then 0 else 1 end,
    failing_since = case when d.lease is null then d.failing_since else coalesce(d.failing_since, clock.now) end
  from picked p
  cross join clock
  where d.sync_id = any (array[p.sync_id])
    and d.mapping = p.mapping
    and d.side = p.side
    and d.id = p.id
  returning d.mapping, d.side, d.id, d.generation, d.attempts, d.class, counterpart.micros(d.first_news) as first_news,
    counterpart.micros(d.last_news) as last_news, d.correlation, '[' || array_to_string(d.hints, ',') || ']' as hints,
    counterpart.micros(p.due) as was_due, counterpart.micros(d.due) as until, d.not_found, d.spared, d.interrupted,
    (extract(epoch from clock.now - d.failing_since) * 1000)::bigint as failing_for, d.look_again, d.unfinished, p.is_wanted
)
select claimed.*, l.link_id, l.other_end, counterpart.micros(clock.now), clock.lease
from clock
left join claimed on true
left join lateral (
  select x.link_id, x.right_id as other_end
  from link x
  where claimed.side = 0 and x.sync_id = $1 and x.mapping = claimed.mapping and x.left_id = claimed.id and x.ended is null
  union all
  select x.link_id, x.left_id
  from link x
  where claimed.side = 1 and x.sync_id = $1 and x.mapping = claimed.mapping and x.right_id = claimed.id and x.ended is null
) l on true

-- name: next_due
-- The first row of each class (up to $6) above its bound: probes of the index that claims walk.
with clock as materialized (
  select counterpart.now() as now
),
bound as materialized (
  select c.class,
    case when c.floor is null then '-infinity' else least(counterpart.instant(c.floor), clock.now) - $5::bigint * interval '1 millisecond' end as lowest
  from unnest(array[0, 1, 2]::smallint[], array[$2, $3, $4]::bigint[]) as c (class, floor)
  cross join clock
  where c.class <= $6
)
select ceil(extract(epoch from min(d.due) - (select now from clock)) * 1000)::bigint
from bound b
cross join lateral (
  select x.due
  from dirty x
  where x.sync_id + 0 = $1
    and x.class = b.class
    and x.due >= b.lowest
  order by x.due
  limit 1
) d

-- name: put_back
-- Their pair is leased elsewhere: for a moment, and without burning an attempt.
with clock as materialized (
  select counterpart.now() as now
)
update dirty d
set lease = null,
  due = clock.now + $3 * interval '1 millisecond'
from (select $1::integer as sync_id, u.* from unnest($4::text[], $5::smallint[], $6::text[]) as u (mapping, side, id) offset 0) w
cross join clock
where d.sync_id = any (array[w.sync_id])
  and d.mapping = w.mapping
  and d.side = w.side
  and d.id = w.id
  and d.lease = $2

-- name: put_back_as_it_was
-- Where it stood in the queue, for a claim that is to come.
update dirty d
set lease = null,
  due = counterpart.instant(w.due)
from (
  select $1::integer as sync_id, u.*
  from unnest($3::text[], $4::smallint[], $5::text[], $6::bigint[]) as u (mapping, side, id, due)
  offset 0
) w
where d.sync_id = any (array[w.sync_id])
  and d.mapping = w.mapping
  and d.side = w.side
  and d.id = w.id
  and d.lease = $2

-- name: lock_claimed
-- What is still ours: the dirty row is under this lease, and nobody has taken over the record's key. Both rows
-- stay locked to the end of the transaction, dirty rows in the order in which intake takes them. The second column:
-- no news has come since the claim.
select w.ord, d.generation = w.generation
from (
  select $1::integer as sync_id, u.*
  from unnest($3::text[], $4::smallint[], $5::text[], $6::text[], $7::bigint[])
    with ordinality as u (mapping, side, id, key, generation, ord)
  offset 0
) w
join dirty d on d.sync_id = any (array[w.sync_id]) and d.mapping = w.mapping and d.side = w.side and d.id = w.id
join lease l on l.sync_id = any (array[w.sync_id]) and l.key = w.key
where d.lease = $2
  and l.lease + 0 = $2
order by d.mapping, d.side, d.id
for update of d, l

-- name: remove_done
-- Rows that are locked.
delete from dirty d
using (
  select $1::integer as sync_id, u.*
  from unnest($3::text[], $4::smallint[], $5::text[]) as u (mapping, side, id)
  offset 0
) w
where d.sync_id = any (array[w.sync_id])
  and d.mapping = w.mapping
  and d.side = w.side
  and d.id = w.id
  and d.lease = $2

-- name: keep_dirty
-- Rows to be worked again, which are locked: due then ($6), or at once where only the generation has moved, in which
-- case what waits is the news that came meanwhile.
with clock as materialized (
  select counterpart.now() as now
)
update dirty d
set lease = null,
  due = clock.now + coalesce(w.again, 0) * interval '1 millisecond',
  attempts = case when w.again is null then 0 when w.burns then d.attempts + 1 else d.attempts end,
  failing_since = case when w.again is null then null when w.burns then coalesce(d.failing_since, clock.now) else d.failing_since end,
  spared = case when w.again is null then 0 when w.spares then d.spared + 1 else d.spared end,
  not_found = case when w.again is not null and w.not_found then d.not_found + 1 else 0 end,
  interrupted = 0,
  look_again = w.again is not null and d.look_again,
  unfinished = w.again is not null,
  hints = case when w.again is null then d.hints end,
  first_news = case when w.again is null then d.last_news else d.first_news end
from (
  select $1::integer as sync_id, u.*
  from unnest($3::text[], $4::smallint[], $5::text[], $6::bigint[], $7::boolean[], $8::boolean[], $9::boolean[])
    as u (mapping, side, id, again, burns, spares, not_found)
  offset 0
) w
cross join clock
where d.sync_id = any (array[w.sync_id])
  and d.mapping = w.mapping
  and d.side = w.side
  and d.id = w.id
  and d.lease = $2
