create index intent_open_create on counterpart.intent (sync_id, mapping, target)
where state = 0
  and operation = 'create';
