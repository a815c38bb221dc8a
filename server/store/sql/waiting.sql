-- name: counterparts
-- The other ends of these records' live links.
select w.ord, l.other_end
from (select $1::integer as sync_id, u.* from unnest($2::text[], $3::smallint[], $4::text[]) with ordinality as u (mapping, side, id, ord) offset 0) w
cross join lateral (
  select x.right_id as other_end
  from link x
  where w.side = 0 and x.sync_id = w.sync_id and x.mapping = w.mapping and x.left_id = w.id and x.ended is null
  union all
  select x.left_id
  from link x
  where w.side = 1 and x.sync_id = w.sync_id and x.mapping = w.mapping and x.right_id = w.id and x.ended is null
) l

-- name: waited_for
-- How it stands with records ($5..$7) that others ($2..$4) would wait for: whether it is waited for already, whether that
-- one itself waits for the asking one (over others, too), and where work on it has ended since without a counterpart,
-- how.
with recursive wanted as materialized (
  select $1::integer as sync_id, u.*
  from unnest($2::text[], $3::smallint[], $4::text[], $5::text[], $6::smallint[], $7::text[]) with ordinality
    as u (mapping, side, id, for_mapping, for_side, for_id, ord)
),
chain as (
  select w.ord, w.sync_id, w.for_mapping as mapping, w.for_side as side, w.for_id as id
  from wanted w
  union
  select c.ord, c.sync_id, x.for_mapping, x.for_side, x.for_id
  from chain c
  join waiting x on x.sync_id = c.sync_id and x.mapping = c.mapping and x.side = c.side and x.id = c.id
  where not x.tried
)
select w.ord,
  x.since is not null,
  exists (select from chain c where c.ord = w.ord and c.mapping = w.mapping and c.side = w.side and c.id = w.id),
  case when o.at > x.since and o.outcome <> 'waiting' and not exists (
      select
      from dirty d
      where d.sync_id = any (array[w.sync_id])
        and d.mapping = w.for_mapping
        and d.side = w.for_side
        and d.id = w.for_id)
    then o.outcome || case when o.detail <> '' then ': ' || o.detail else '' end
  end
from wanted w
left join waiting x on x.sync_id = w.sync_id and x.mapping = w.mapping and x.side = w.side and x.id = w.id
  and x.for_mapping = w.for_mapping and x.for_side = w.for_side and x.for_id = w.for_id
left join outcome o on o.sync_id = w.sync_id and o.mapping = w.for_mapping and o.side = w.for_side and o.id = w.for_id

-- name: store_waits
-- What these records ($2..$4) wait for now ($5..$12); since when stays.
with wanted as materialized (
  select u.*
  from unnest($5::text[], $6::smallint[], $7::text[], $8::text[], $9::smallint[], $10::text[], $11::text[], $12::boolean[])
    as u (mapping, side, id, for_mapping, for_side, for_id, field, tried)
),
ended as (
  delete from waiting x
  using (select $1::integer as sync_id, u.* from unnest($2::text[], $3::smallint[], $4::text[]) as u (mapping, side, id) offset 0) r
  where x.sync_id = r.sync_id
    and x.mapping = r.mapping
    and x.side = r.side
    and x.id = r.id
    and (x.mapping, x.side, x.id, x.for_mapping, x.for_side, x.for_id) not in (
      select w.mapping, w.side, w.id, w.for_mapping, w.for_side, w.for_id from wanted w)
)
insert into waiting (sync_id, mapping, side, id, for_mapping, for_side, for_id, field, since, tried)
select $1, w.mapping, w.side, w.id, w.for_mapping, w.for_side, w.for_id, w.field, counterpart.now(), w.tried
from wanted w
on conflict (sync_id, mapping, side, id, for_mapping, for_side, for_id) do update
set field = excluded.field,
  tried = excluded.tried

-- name: waiters
-- Who waits for these records: all, where they have a counterpart now ($5), else who has not been told yet that there is
-- none.
select distinct x.mapping, x.side, x.id
from (select $1::integer as sync_id, u.* from unnest($2::text[], $3::smallint[], $4::text[], $5::boolean[]) as u (mapping, side, id, linked) offset 0) w
join waiting x on x.sync_id = w.sync_id and x.for_mapping = w.mapping and x.for_side = w.side and x.for_id = w.id
where w.linked
  or not x.tried
