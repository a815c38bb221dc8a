-- name: empty_everything
-- As after the migrations, in a database that is for trying things out. Tables that hold nothing are left alone:
-- truncating makes new files.
do $$
declare
  filled text;
begin
  select string_agg(format('counterpart.%I', c.relname), ', ')
  into filled
  from pg_class c
  where c.relnamespace = 'counterpart'::regnamespace
    and c.relkind = 'r'
    and c.relname <> 'migration'
    and pg_relation_size(c.oid) > 0;
  if filled is not null then
    execute 'truncate ' || filled;
  end if;
  perform setval(format('counterpart.%I', c.relname), 1, false)
  from pg_class c
  where c.relnamespace = 'counterpart'::regnamespace
    and c.relkind = 'S';
end $$
