-- A pair's first update is begun before the two are linked: news of the record that it writes has to find it, too.
create index intent_open_unlinked on counterpart.intent (sync_id, mapping, target, target_id)
where state = 0
  and link_id = 0
  and operation = 'update';
