-- The last number of a device of that name that was deleted: what it installed, the one that came after it has not.

ALTER TABLE target ADD COLUMN forgotten_number bigint NOT NULL DEFAULT 0;
