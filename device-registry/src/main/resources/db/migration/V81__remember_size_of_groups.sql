-- How many members a static group has at most, so that who joins a large one need not count them: devices that are deleted
-- go without anybody telling the group, so it may have fewer. Null: to be counted by who joins next.

ALTER TABLE device_group ADD COLUMN members_at_most integer;
