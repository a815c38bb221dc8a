-- name: be_impatient
-- Until the end of the transaction: one that waits for a long reader's lock (a backup's) holds up everybody
-- behind it.
select set_config('lock_timeout', '200ms', true)

-- name: make_partitions
select counterpart.make_partitions()

-- name: drop_evidence
-- Whole days only: the day on which the oldest kept piece came stays.
select counterpart.drop_partitions('evidence', ((counterpart.now() - $1::bigint * interval '1 millisecond') at time zone 'UTC')::date)

-- name: drop_events
select counterpart.drop_partitions('event_seen', ((counterpart.now() - $1::bigint * interval '1 millisecond') at time zone 'UTC')::date)

-- name: drop_history
select counterpart.drop_partitions('history', ((counterpart.now() - $1::bigint * interval '1 millisecond') at time zone 'UTC')::date)

-- name: remove_ended_intents
-- At most so many a sync and call, oldest first, along the index of ended ones.
with old as materialized (
  select s.sync_id, i.intent_id
  from sync s
  cross join lateral (
    select x.intent_id
    from intent x
    where x.sync_id = s.sync_id
      and x.ended < counterpart.now() - $2::bigint * interval '1 millisecond'
    order by x.ended
    limit $1::bigint
    for update skip locked
  ) i
)
delete from intent i
using old o
where i.sync_id = o.sync_id
  and i.intent_id = o.intent_id
returning 1

-- name: remove_stale_leases
-- Long expired: a slow owner whose records nobody has taken over may still complete them.
delete from lease
where until < counterpart.now() - interval '1 hour'

-- name: remove_old_alerts
delete from alert
where resolved < counterpart.now() - $1::bigint * interval '1 millisecond'

-- name: refresh_statistics
-- Of the tables that have doubled since they were last looked at; of large ones PostgreSQL knows by itself. Not of empty
-- ones, nor of the queue and its leases, of which there are few at most times: to take them for empty is worse than to
-- know nothing.
do $$
declare
  name text;
begin
  for name in
    select c.relname
    from pg_class c
    where c.relnamespace = 'counterpart'::regnamespace
      and c.relname in ('alert', 'base', 'frozen', 'identity', 'intent', 'link', 'outcome', 'parked')
      and c.reltuples < 20000
      and pg_relation_size(c.oid) > case when c.reltuples > 0 then 2 * c.relpages else 0 end * current_setting('block_size')::bigint
    order by c.relname
  loop
    execute format('analyze (skip_locked) counterpart.%I', name);
  end loop;
end $$
