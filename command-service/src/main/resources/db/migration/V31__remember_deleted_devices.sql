-- Devices that the registry's log said are deleted, lately: what the registry answered before that is not believed after it.

CREATE TABLE deleted_device (
  tenant   varchar(40) COLLATE "C" NOT NULL,
  device   varchar(80) COLLATE "C" NOT NULL,
  -- The event's place in the registry's log.
  sequence bigint NOT NULL,
  noted_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, device)
);
CREATE INDEX deleted_device_noted_at ON deleted_device (noted_at);
