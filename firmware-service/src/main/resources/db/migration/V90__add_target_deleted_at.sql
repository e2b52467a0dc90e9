-- When a device was deleted of which actions are still kept: they are removed some time after that.

ALTER TABLE target ADD COLUMN deleted_at timestamptz;
UPDATE target SET deleted_at = now() WHERE forgotten_number > 0;
CREATE INDEX target_deleted ON target (deleted_at) WHERE deleted_at IS NOT NULL;
