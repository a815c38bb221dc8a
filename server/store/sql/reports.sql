-- name: status
-- Counts stop at a million each, so that a deep queue does not make looking at it slow.
select coalesce(json_agg(json_build_object(
    'name', s.name,
    'dirty', q.waiting,
    'due', q.due,
    'oldest_seconds', q.oldest,
    'parked', (select count(*) from (select from parked p where p.sync_id = s.sync_id limit 1000000) x),
    'frozen', (select count(*) from (select from frozen f where f.sync_id = s.sync_id limit 1000000) x),
    'waiting', (select count(*) from (select from waiting w where w.sync_id = s.sync_id limit 1000000) x),
    'links', (select count(*) from (select from link l where l.sync_id = s.sync_id and l.ended is null limit 1000000) x),
    'tombstones', (select count(*) from (select from link l where l.sync_id = s.sync_id and l.ended is not null limit 1000000) x),
    'open_intents', (select count(*) from (select from intent i where i.sync_id = s.sync_id and i.ended is null limit 1000000) x),
    'alerts', (select count(*) from alert a where a.sync_id = s.sync_id and a.resolved is null)
  ) order by s.name), '[]')
from sync s
cross join (select counterpart.now() as now offset 0) clock
cross join lateral (
  select count(*) as waiting,
    count(*) filter (where w.due <= clock.now and w.lease is null) as due,
    coalesce(trim_scale(round(greatest(0, extract(epoch from clock.now - min(w.first_news))), 3)), 0) as oldest
  from (
    select d.due, d.lease, d.first_news
    from dirty d
    where d.sync_id + 0 = s.sync_id
    order by d.sync_id + 0, d.class, d.due
    limit 1000000
  ) w
) q

-- name: parked
-- Of that sync, or of all (null); one, or all (null). The newest ten thousand.
select coalesce(json_agg(json_build_object(
    'id', p.parked_id,
    'sync', p.sync,
    'mapping', p.mapping,
    'side', case p.side when 0 then 'left' else 'right' end,
    'record', p.id,
    'reason', p.reason,
    'field', p.field,
    'remedy', p.remedy,
    'since', p.since,
    'correlation', p.correlation
  ) order by p.parked_id), '[]')
from (
  select x.*, s.name as sync
  from parked x
  join sync s on s.sync_id = x.sync_id
  where ($1::text is null or s.name = $1)
    and ($2::bigint is null or x.parked_id = $2)
  order by x.parked_id desc
  limit 10000
) p

-- name: explain
-- The whole story of one record; its history and intents from both ends of the pair.
with subject as materialized (
  select $1::integer as sync_id, $2::text as sync, $3::text as mapping, $4::smallint as side, $5::text as id
),
pair as materialized (
  select u.*
  from subject s
  cross join lateral (
    (select x.* from link x where s.side = 0 and x.sync_id = s.sync_id and x.mapping = s.mapping and x.left_id = s.id and x.ended is null)
    union all
    (select x.* from link x where s.side = 1 and x.sync_id = s.sync_id and x.mapping = s.mapping and x.right_id = s.id and x.ended is null)
    union all
    (select x.* from link x where s.side = 0 and x.sync_id = s.sync_id and x.mapping = s.mapping and x.left_id = s.id and x.ended is not null)
    union all
    (select x.* from link x where s.side = 1 and x.sync_id = s.sync_id and x.mapping = s.mapping and x.right_id = s.id and x.ended is not null)
  ) u
  order by u.ended desc nulls first
  limit 1
),
ends as materialized (
  select s.side, s.id
  from subject s
  union
  select 1 - s.side, case s.side when 0 then p.right_id else p.left_id end
  from subject s
  cross join pair p
)
select json_build_object(
  'sync', s.sync,
  'mapping', s.mapping,
  'side', case s.side when 0 then 'left' else 'right' end,
  'record', s.id,
  'dirty', (
    select json_build_object('generation', d.generation, 'due', d.due, 'leased', d.lease is not null, 'attempts', d.attempts,
      'class', case d.class when 0 then 'live' when 1 then 'sweep' else 'backfill' end,
      'first_news', d.first_news, 'last_news', d.last_news, 'correlation', d.correlation,
      'waits_for', (
        select case when d.class = 2 and count(l.ended) < 2 then 'the first listing of both sides to end' end
        from listing l
        where l.sync_id = s.sync_id and l.mapping = s.mapping))
    from dirty d
    where d.sync_id = s.sync_id and d.mapping = s.mapping and d.side = s.side and d.id = s.id),
  'link', (
    select json_build_object('id', p.link_id, 'left', p.left_id, 'right', p.right_id, 'since', p.made,
      'revisions', json_build_object('left', p.left_revision, 'right', p.right_revision),
      'ended', p.ended, 'tombstone', p.tombstone)
    from pair p),
  'base', (
    select json_build_object('left', b.left_base, 'right', b.right_base)
    from pair p
    join base b on b.sync_id = p.sync_id and b.link_id = p.link_id),
  'frozen', (
    select coalesce(json_agg(json_build_object('field', f.field, 'reason', f.reason, 'left', f.left_value,
      'right', f.right_value, 'since', f.since) order by f.field), '[]')
    from pair p
    join frozen f on f.sync_id = p.sync_id and f.link_id = p.link_id),
  'waiting', (
    select coalesce(json_agg(json_build_object('field', w.field, 'mapping', w.for_mapping,
      'side', case w.for_side when 0 then 'left' else 'right' end, 'record', w.for_id, 'since', w.since,
      'tried', w.tried) order by w.field, w.for_id), '[]')
    from ends e
    join waiting w on w.sync_id = s.sync_id and w.mapping = s.mapping and w.side = e.side and w.id = e.id),
  'parked', (
    select json_build_object('id', k.parked_id, 'reason', k.reason, 'field', k.field, 'remedy', k.remedy, 'since', k.since,
      'correlation', k.correlation)
    from parked k
    where k.sync_id = s.sync_id and k.mapping = s.mapping and k.side = s.side and k.id = s.id),
  'outcome', (
    select json_build_object('outcome', o.outcome, 'detail', o.detail, 'at', o.at, 'correlation', o.correlation)
    from outcome o
    where o.sync_id = s.sync_id and o.mapping = s.mapping and o.side = s.side and o.id = s.id),
  'history', (
    select coalesce(json_agg(json_build_object('at', h.at, 'written', case h.written when 0 then 'left' else 'right' end,
      'field', h.field, 'what', h.what, 'before', h.before, 'after', h.after, 'lost', h.lost, 'rule', h.rule,
      'mapping_version', h.mapping_version, 'correlation', h.correlation) order by h.at desc), '[]')
    from (
      select x.*
      from ends e
      join history x on x.sync_id = s.sync_id and x.mapping = s.mapping and x.side = e.side and x.id = e.id
      order by x.at desc
      limit 50
    ) h),
  'intents', (
    select coalesce(json_agg(json_build_object('id', i.intent_id, 'created', i.created, 'operation', i.operation,
      'target', case i.target when 0 then 'left' else 'right' end, 'target_id', i.target_id,
      'state', case i.state when 0 then 'open' when 1 then 'done' when 2 then 'failed' else 'abandoned' end,
      'result', i.result, 'ended', i.ended, 'correlation', i.correlation) order by i.intent_id desc), '[]')
    from (
      (select x.*
      from ends e
      join intent x on x.sync_id = s.sync_id and x.mapping = s.mapping and x.side = e.side and x.id = e.id
      where x.state = 0)
      union all
      (select x.*
      from ends e
      join intent x on x.sync_id = s.sync_id and x.mapping = s.mapping and x.side = e.side and x.id = e.id
      where x.state <> 0)
      order by intent_id desc
      limit 20
    ) i),
  'evidence', (
    select coalesce(json_agg(json_build_object('received', v.received, 'system', v.system, 'delivery_key', v.delivery_key,
      'correlation', v.correlation) order by v.received desc), '[]')
    from (
      select x.received, x.system, x.delivery_key, x.correlation
      from evidence x
      where x.sync_id = s.sync_id and x.mapping = s.mapping and x.side = s.side and x.id = s.id
      order by x.received desc
      limit 10
    ) v))
from subject s
