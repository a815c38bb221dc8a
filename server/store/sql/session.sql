-- name: open_session
-- Sent once on each connection. Our statements search by key or walk one index in order; with the other
-- ways switched off ($5) their plans do not depend on how fresh the statistics are, and are made once.
select set_config('search_path', 'counterpart', false),
  set_config('timezone', 'UTC', false),
  set_config('jit', 'off', false),
  set_config('statement_timeout', $1, false),
  set_config('lock_timeout', $2, false),
  set_config('idle_in_transaction_session_timeout', $3, false),
  set_config('synchronous_commit', $4, false),
  set_config('enable_seqscan', $5, false),
  set_config('enable_bitmapscan', $5, false),
  set_config('enable_hashjoin', $5, false),
  set_config('enable_mergejoin', $5, false),
  set_config('plan_cache_mode', $6, false)

-- name: set_time
-- Microseconds since 1970, for simulations.
select set_config('counterpart.now', counterpart.instant($1::bigint)::text, false)

-- name: register_sync
insert into sync (name, mapping_version, registered)
values ($1, $2, counterpart.now())
on conflict (name) do update
set mapping_version = excluded.mapping_version
returning sync_id
