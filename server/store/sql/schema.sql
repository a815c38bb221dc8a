-- name: schema_exists
select to_regclass('counterpart.migration') is not null

-- name: lock_schema
-- Held to the end of the transaction: of several daemons starting at once, one migrates.
select pg_advisory_xact_lock(hashtext('counterpart.migrations'))

-- name: make_schema
create schema if not exists counterpart

-- name: make_migration_table
create table if not exists counterpart.migration (
  number integer primary key,
  name text not null,
  checksum text not null,
  applied timestamptz not null
)

-- name: applied_migrations
select number, name, checksum
from counterpart.migration
order by number

-- name: checksum
select encode(sha256(convert_to($1, 'UTF8')), 'hex')

-- name: note_migration
-- After the first migration, so that our function of time exists.
insert into counterpart.migration (number, name, checksum, applied)
values ($1, $2, $3, counterpart.now())
