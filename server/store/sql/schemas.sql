-- name: schema_of
select accepted, live, revision
from schema_snapshot
where system = $1
  and object = $2

-- name: keep_schema
insert into schema_snapshot as s (system, object, accepted, live, read_at)
select $1, $2, $3::jsonb, $4::jsonb, counterpart.now()
where $5::bigint = 0
   or exists (select from schema_snapshot k where k.system = $1 and k.object = $2)
on conflict (system, object) do update
set accepted = excluded.accepted,
  live = excluded.live,
  read_at = excluded.read_at,
  revision = s.revision + 1
where s.revision = $5::bigint
returning revision

-- name: note_schema_changes
insert into schema_change (system, object, field, kind, what, seen)
select $1, $2, w.field, w.kind, w.what, counterpart.now()
from unnest($3::text[], $4::text[], $5::text[]) as w (field, kind, what)

-- name: accept_schema
update schema_snapshot
set accepted = live,
  revision = revision + 1
where system = $1
  and object = $2
returning revision

-- name: resolve_schema_alerts
update alert
set resolved = counterpart.now()
where kind = 'schema'
  and starts_with(subject, $1)
  and resolved is null

-- name: list_anew
-- A sweep without watermark lists all. One that is under way would save its own at the end: it ends here, and the next
-- begins at once.
with forgotten as (
  delete from watermark
  where system_id = $1
    and object = $2
)
update sweep
set number = number + 1,
  until = null,
  due = counterpart.now()
where system_id = $1
  and object = $2
