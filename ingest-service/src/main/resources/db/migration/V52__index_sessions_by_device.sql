-- The sessions of a device: their number is bounded, and they go when the device is deleted.

CREATE INDEX mqtt_session_of_device
  ON mqtt_session ((split_part(client_identifier, ':', 1) || ':' || split_part(client_identifier, ':', 2)));
