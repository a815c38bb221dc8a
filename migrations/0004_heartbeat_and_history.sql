create table counterpart.heartbeat (
  one boolean primary key default true check (one),
  at timestamptz not null
);
comment on table counterpart.heartbeat is 'One row, written to see that the database takes writes.';

create or replace function counterpart.drop_partitions(parent text, before date)
returns integer
language plpgsql
as $$
declare
  monthly boolean := parent = 'history';
  digits text := case when monthly then 'YYYYMM' else 'YYYYMMDD' end;
  first_kept date := case when monthly then date_trunc('month', before)::date else before end;
  child text;
  dropped integer := 0;
begin
  for child in
    select c.relname
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ('counterpart.' || parent)::regclass
      and c.relname ~ ('_[0-9]{' || length(digits) || '}$')
      and right(c.relname, length(digits)) < to_char(first_kept, digits)
    order by c.relname
  loop
    execute format('drop table counterpart.%I', child);
    dropped := dropped + 1;
  end loop;
  execute format('delete from counterpart.%I where %I < %L',
                 parent || '_other', case when monthly then 'at' else 'day' end, first_kept);
  return dropped;
end $$;
comment on function counterpart.drop_partitions(text, date) is
  'Drops the daily partitions (of history: the monthly ones) that end before that day (that month); gives how many.';
