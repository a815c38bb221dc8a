-- What several daemons on one database share: who is there, how fast each system may be called, who sweeps.

drop table counterpart.heartbeat;

create table counterpart.daemon (
  daemon_id text collate "C" primary key,
  seen timestamptz not null
) with (fillfactor = 50);
comment on table counterpart.daemon is 'The daemons that work here; each says every few seconds that it is alive.';

create table counterpart.pace (
  system_id text collate "C" primary key,
  tokens double precision not null,
  filled timestamptz not null,
  granted integer not null default 0,
  paused_until timestamptz,
  open_until timestamptz,
  open_wait bigint,
  probe_until timestamptz
) with (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.1);
comment on table counterpart.pace is 'How each system may be called by all daemons together: a bucket of tokens, the pause it asked for, its breaker.';
comment on column counterpart.pace.tokens is 'Requests that may be sent at once, at the time of `filled`; more come at the configured rate.';
comment on column counterpart.pace.granted is 'What the last daemon that asked was given; -1: one, to try whether the system is back.';
comment on column counterpart.pace.paused_until is 'The system asked not to be called before (Retry-After).';
comment on column counterpart.pace.open_until is 'It is taken for down: not tried again before. Null: it answers.';
comment on column counterpart.pace.open_wait is 'Milliseconds of that pause before its jitter; doubled after a try in vain.';
comment on column counterpart.pace.probe_until is 'One daemon is trying it, and has so long.';

create table counterpart.sweep (
  system_id text collate "C" not null,
  object text collate "C" not null,
  number bigint not null,
  daemon text collate "C" not null,
  until timestamptz,
  due timestamptz not null,
  ended timestamptz,
  failures integer not null default 0,
  primary key (system_id, object)
) with (fillfactor = 70);
comment on table counterpart.sweep is 'Who sweeps each system''s object: one daemon at a time, whichever comes first when it is due.';
comment on column counterpart.sweep.number is 'Of the sweep that runs or was last: who has lost its turn changes nothing any more.';
comment on column counterpart.sweep.until is 'While one runs: from then on another daemon may begin anew. Null: none runs.';
comment on column counterpart.sweep.ended is 'When one last came to its end.';
comment on column counterpart.sweep.failures is 'In a row.';

create table counterpart.listing (
  sync_id integer not null,
  mapping text collate "C" not null,
  side smallint not null,
  reached timestamptz,
  ended timestamptz,
  primary key (sync_id, mapping, side)
);
comment on table counterpart.listing is 'The first load of each side of a mapping: all records are listed once, however long the system is swept for others already.';
comment on column counterpart.listing.reached is 'How far it came, by the system''s clock, where it lists by change.';
comment on column counterpart.listing.ended is 'When it was complete.';
