-- The queue and its leases are empty at one moment and full at the next, and plans are made once. So no index but their
-- primary keys may fit a search for given rows, whatever the planner believes of the tables: claims walk the queue by
-- sync_id + 0, and whoever works with a lease by its number alone.
drop index counterpart.dirty_due;
create index dirty_due on counterpart.dirty ((sync_id + 0), class, due);

drop index counterpart.lease_number_of;
create index lease_number_of on counterpart.lease (lease, root);
