-- More of a message's MQTT 5 properties. Module `outbox` holds this text; each service's migration is
-- the same text, and a test compares them.

ALTER TABLE outbox
  -- The user properties as pairs in their order, when the object in user_properties cannot say all.
  ADD COLUMN user_property_list jsonb,
  ADD COLUMN payload_format     smallint,
  ADD COLUMN correlation_data   bytea,
  -- Message expiry: what the broker does not have by then it need not get any more.
  ADD COLUMN expires_at         timestamptz;
