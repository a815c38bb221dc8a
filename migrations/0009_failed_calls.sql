-- Calls that are done leave at once: the history tells what they wrote. What is looked for among the others is either
-- open or of a record that is to be explained.
drop index counterpart.intent_of;
create index intent_ended_of on counterpart.intent (sync_id, mapping, side, id, intent_id)
where state <> 0;
comment on table counterpart.intent is
  'Remote calls: stored before they are made. Those that failed or were given up are kept for a day, with the reason.';
comment on column counterpart.intent.state is
  '0 open (about to be made, or its answer was lost), 2 failed, 3 abandoned; 1 done, in databases before migration 9 only.';
