create index intent_open_create on counterpart.intent (sync_id, mapping, target)
where state = 0
  and operation = 'create';

alter table counterpart.dirty
  add column not_found integer not null default 0,
  add column spared integer not null default 0,
  add column interrupted integer not null default 0,
  add column failing_since timestamptz,
  add column look_again boolean not null default false;
comment on column counterpart.dirty.not_found is 'How often in a row its system said that a record is not there.';
comment on column counterpart.dirty.spared is 'Failures in a row that were not counted as attempts.';
comment on column counterpart.dirty.interrupted is
  'How often in a row work on it ended with neither result nor word: from two on it is worked alone, for it may be what kills the daemon.';
comment on column counterpart.dirty.failing_since is 'When the first of its attempts failed.';
comment on column counterpart.dirty.look_again is 'A person wants it read although its link has ended.';

-- Looked up by every claim among the intents of its records, of which the ended ones stay for a day.
create index intent_open_of on counterpart.intent (sync_id, mapping, side, id, intent_id)
where state = 0;

-- What a record's work puts in order.
create index alert_open_about on counterpart.alert (sync_id, subject)
where resolved is null;

-- Long keys did not fit the index: they are stored as their first characters with their SHA-256.
update counterpart.identity
set key = left(key, 64) || '#' || encode(sha256(convert_to(key, 'UTF8')), 'hex')
where octet_length(key) > 200;
