-- When a device that has begun was told once more that it may install, since its window had opened again.
ALTER TABLE rollout_device ADD COLUMN told_at timestamptz;
-- What devices are to go back to is not deleted.
CREATE INDEX rollout_device_distribution ON rollout_device (distribution_key) WHERE distribution_key IS NOT NULL;
