-- What a search asks of presence and of devices that may not connect.

-- An index of last_seen itself would be written each time that a device is heard; the day changes once in a day, and
-- whoever looks for those that have been silent means days.
ALTER TABLE presence
  ADD COLUMN seen_day date GENERATED ALWAYS AS ((last_seen AT TIME ZONE 'UTC')::date) STORED;
CREATE INDEX presence_by_day ON presence (seen_day);

CREATE INDEX device_disabled ON device (tenant_key, id) WHERE NOT enabled;
