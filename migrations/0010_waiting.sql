-- A record may name another one that has no counterpart yet (references). It waits for it here, and comes again when
-- the other one has been worked.
create table counterpart.waiting (
  sync_id integer not null,
  mapping text not null,
  side smallint not null,
  id text not null,
  for_mapping text not null,
  for_side smallint not null,
  for_id text not null,
  field text not null,
  since timestamptz not null,
  tried boolean not null,
  primary key (sync_id, mapping, side, id, for_mapping, for_side, for_id)
);
create index waiting_for on counterpart.waiting (sync_id, for_mapping, for_side, for_id);
comment on table counterpart.waiting is 'Records that name one without a counterpart. They come again when it has got one, or for the first time when work on it has ended otherwise.';
comment on column counterpart.identity.kind is '0 e-mail, 1 VAT id, 2 code.';
comment on column counterpart.waiting.field is 'The field that names it, for people.';
comment on column counterpart.waiting.tried is 'Work on the other one has ended without a counterpart: only its link is waited for.';
