-- name: pairs_of
-- The live link that names the record, else its newest tombstone, with everything remembered of it, and whether calls
-- of theirs may still be under way (open_intents says which). Each branch is one probe of a partial index; the two of
-- the other side cost nothing. With the first record come those of the keys $6 that the lease $5 holds, for a claim that
-- has just asked for them.
select w.ord, l.link_id, l.left_id, l.right_id, l.ended is not null, coalesce(l.tombstone, ''), l.left_revision,
  l.right_revision, l.left_own_revision, l.right_own_revision, b.left_base, b.right_base, b.activity, f.fields,
  coalesce(
    (select true from parked p where p.sync_id = $1 and p.mapping = w.mapping and p.side = 0 and p.id = l.left_id),
    (select true from parked p where p.sync_id = $1 and p.mapping = w.mapping and p.side = 1 and p.id = l.right_id),
    false),
  exists (select from intent i where i.sync_id = $1 and i.mapping = w.mapping and i.side = w.side and i.id = w.id and i.state = 0)
    or exists (select from intent i where i.sync_id = $1 and i.link_id = l.link_id and i.link_id <> 0 and i.state = 0)
    or exists (select from intent i where i.sync_id = $1 and i.mapping = w.mapping and i.target = w.side and i.target_id = w.id
      and i.link_id = 0 and i.state = 0 and i.operation = 'update'),
  case when w.ord = 1 then (
    select array_to_json(array_agg(l.key))
    from (select $1::integer as sync_id, u.* from unnest($6::text[]) as u (key) offset 0) k
    join lease l on l.sync_id = any (array[k.sync_id]) and l.key = k.key
    where l.lease + 0 = $5::bigint)
  end
from unnest($2::text[], $3::smallint[], $4::text[]) with ordinality as w (mapping, side, id, ord)
left join lateral (
  select u.*
  from (
    (select x.* from link x where w.side = 0 and x.sync_id = $1 and x.mapping = w.mapping and x.left_id = w.id and x.ended is null)
    union all
    (select x.* from link x where w.side = 1 and x.sync_id = $1 and x.mapping = w.mapping and x.right_id = w.id and x.ended is null)
    union all
    (select x.* from link x where w.side = 0 and x.sync_id = $1 and x.mapping = w.mapping and x.left_id = w.id and x.ended is not null)
    union all
    (select x.* from link x where w.side = 1 and x.sync_id = $1 and x.mapping = w.mapping and x.right_id = w.id and x.ended is not null)
  ) u
  order by u.ended desc nulls first
  limit 1
) l on true
left join base b on b.sync_id = l.sync_id and b.link_id = l.link_id
cross join lateral (
  select coalesce(json_agg(x.field), '[]') as fields
  from frozen x
  where x.sync_id = $1
    and x.link_id = l.link_id
) f

-- name: insert_links
-- A record that a live link names already is left out: the caller sees which rows are missing.
insert into link (sync_id, mapping, left_id, right_id, left_revision, right_revision, left_own_revision, right_own_revision, made)
select $1, w.mapping, w.left_id, w.right_id, w.left_revision, w.right_revision, w.left_own, w.right_own, counterpart.now()
from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
  as w (mapping, left_id, right_id, left_revision, right_revision, left_own, right_own)
on conflict do nothing
returning link_id, mapping, left_id, right_id

-- name: links_between
select w.ord, l.link_id
from unnest($2::text[], $3::text[], $4::text[]) with ordinality as w (mapping, left_id, right_id, ord)
join link l on l.sync_id = $1 and l.mapping = w.mapping and l.left_id = w.left_id
where l.right_id = w.right_id
  and l.ended is null

-- name: update_links
-- Live ones only; told by their tombstone, so that no index of live links fits: see queue.sql.
with clock as materialized (
  select counterpart.now() as now
)
update link l
set left_revision = w.left_revision,
  right_revision = w.right_revision,
  left_own_revision = w.left_own,
  right_own_revision = w.right_own,
  ended = case when w.tombstone is not null then clock.now end,
  tombstone = w.tombstone
from (
  select $1::integer as sync_id, u.*
  from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    as u (link_id, left_revision, right_revision, left_own, right_own, tombstone)
  offset 0
) w
cross join clock
where l.sync_id = w.sync_id
  and l.link_id = w.link_id
  and l.tombstone is null
returning l.link_id

-- name: reopen_links
-- For records that are still under the lease, and not where one of the two has got another link since. Bases, frozen
-- fields and revisions have stayed.
update link l
set ended = null,
  tombstone = null
from (
  select $1::integer as sync_id, u.*
  from unnest($3::text[], $4::smallint[], $5::text[], $6::text[], $7::bigint[]) with ordinality
    as u (mapping, side, id, key, link_id, ord)
  offset 0
) w
join dirty d on d.sync_id = any (array[w.sync_id]) and d.mapping = w.mapping and d.side = w.side and d.id = w.id
join lease x on x.sync_id = any (array[w.sync_id]) and x.key = w.key
where l.sync_id = w.sync_id
  and l.link_id = w.link_id
  and d.lease = $2
  and x.lease + 0 = $2
  and not exists (
    select
    from link o
    where o.sync_id = $1
      and o.mapping = l.mapping
      and o.left_id = l.left_id
      and o.ended is null
      and o.link_id <> l.link_id)
  and not exists (
    select
    from link o
    where o.sync_id = $1
      and o.mapping = l.mapping
      and o.right_id = l.right_id
      and o.ended is null
      and o.link_id <> l.link_id)
returning w.ord

-- name: has_links
select exists (
  select
  from link l
  where l.sync_id = $1
    and l.mapping = $2
    and l.ended is null
    and l.link_id <> $3)

-- name: store_bases
with clock as materialized (
  select counterpart.now() as now
)
insert into base (sync_id, link_id, left_base, right_base, activity, changed)
select $1, w.link_id, w.left_base, w.right_base, w.activity, clock.now
from unnest($2::bigint[], $3::json[], $4::json[], $5::json[]) as w (link_id, left_base, right_base, activity)
cross join clock
on conflict (sync_id, link_id) do update
set left_base = excluded.left_base,
  right_base = excluded.right_base,
  activity = excluded.activity,
  changed = excluded.changed

-- name: freeze_fields
insert into frozen as f (sync_id, link_id, field, reason, left_value, right_value, since)
select $1, w.link_id, w.field, w.reason, w.left_value, w.right_value, counterpart.now()
from unnest($2::bigint[], $3::text[], $4::text[], $5::json[], $6::json[]) as w (link_id, field, reason, left_value, right_value)
on conflict (sync_id, link_id, field) do update
set reason = excluded.reason,
  left_value = excluded.left_value,
  right_value = excluded.right_value

-- name: thaw_fields
delete from frozen f
using unnest($2::bigint[], $3::text[]) as w (link_id, field)
where f.sync_id = $1
  and f.link_id = w.link_id
  and f.field = w.field

-- name: identities
select w.ord, i.id
from (
  select $1::integer as sync_id, $2::text as mapping, $3::smallint as side, u.*
  from unnest($4::smallint[], $5::text[]) with ordinality as u (kind, key, ord)
  offset 0
) w
join identity i on i.sync_id = w.sync_id and i.mapping = w.mapping and i.side = w.side and i.kind = w.kind and i.key = w.key
order by w.ord, i.id

-- name: store_identities
-- The keys ($6..$10) of records ($3..$5); others that these had go, if so told ($2). Most have those that they had, which
-- costs a look at each.
with wanted as materialized (
  select w.*
  from unnest($6::text[], $7::smallint[], $8::smallint[], $9::text[], $10::text[]) as w (mapping, side, kind, key, id)
),
trimmed as (
  delete from identity i
  using (select $1::integer as sync_id, u.* from unnest($3::text[], $4::smallint[], $5::text[]) as u (mapping, side, id) offset 0) r
  where $2::boolean
    and i.sync_id = r.sync_id
    and i.mapping = r.mapping
    and i.side = r.side
    and i.id = r.id
    and (i.mapping, i.side, i.kind, i.key, i.id) not in (select w.mapping, w.side, w.kind, w.key, w.id from wanted w)
)
insert into identity (sync_id, mapping, side, kind, key, id)
select $1, w.mapping, w.side, w.kind, w.key, w.id
from wanted w
on conflict do nothing
