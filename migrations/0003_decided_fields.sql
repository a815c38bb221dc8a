alter table counterpart.intent add column decided json not null default '{}';
comment on column counterpart.intent.decided is 'What was decided for each field, for the history of a write that is settled after a crash.';
