-- Which instance follows a log, for logs that one of several follows. Module `outbox` holds this text; each
-- service's migration is the same text, and a test compares them.

ALTER TABLE followed_log
  ADD COLUMN holder     uuid,
  ADD COLUMN held_until timestamptz;
