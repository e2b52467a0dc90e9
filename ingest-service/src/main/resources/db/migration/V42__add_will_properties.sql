-- More of a will's MQTT 5 properties.
ALTER TABLE mqtt_will
  -- The user properties as pairs in their order, when the object in user_properties cannot say all.
  ADD COLUMN user_property_list jsonb,
  ADD COLUMN payload_format     smallint,
  ADD COLUMN correlation_data   bytea,
  -- Message expiry, in seconds from its publication; null for never.
  ADD COLUMN expiry_seconds     bigint;
