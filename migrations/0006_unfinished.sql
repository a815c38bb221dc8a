-- A pair whose work was put off may differ though the record that had the news holds what its base says: what was to be
-- written was read on its other side, whose own news may never come.
alter table counterpart.dirty
  add column unfinished boolean not null default false;
comment on column counterpart.dirty.unfinished is 'Its work was put off since its news came: both ends of its pair are read again.';
