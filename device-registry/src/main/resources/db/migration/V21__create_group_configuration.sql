-- A state that is desired of every device of a group.

CREATE TABLE group_configuration (
  group_key    integer PRIMARY KEY REFERENCES device_group ON DELETE CASCADE,
  -- Of the shadow; empty for the classic one.
  shadow_name  varchar(64) COLLATE "C" NOT NULL,
  -- Grows with each change.
  revision     bigint NOT NULL,
  -- It is to be taken back; the row goes when it has been.
  withdrawn    boolean NOT NULL,
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  -- When it is looked next who came and who went.
  next_look_at timestamptz NOT NULL
);
CREATE INDEX group_configuration_by_look ON group_configuration (next_look_at);

-- What each revision desires; an old one stays while a device has it, so that it can be taken back.
CREATE TABLE group_configuration_revision (
  group_key   integer NOT NULL REFERENCES group_configuration ON DELETE CASCADE,
  revision    bigint NOT NULL,
  shadow_name varchar(64) COLLATE "C" NOT NULL,
  desired     jsonb NOT NULL,
  PRIMARY KEY (group_key, revision)
);

-- Which devices have which revision.
CREATE TABLE configured_device (
  group_key  integer NOT NULL REFERENCES group_configuration ON DELETE CASCADE,
  device_key integer NOT NULL REFERENCES device ON DELETE CASCADE,
  revision   bigint NOT NULL,
  -- Why its shadow did not take it; null: it did.
  refusal    text,
  PRIMARY KEY (group_key, device_key)
);
CREATE INDEX configured_device_of_device ON configured_device (device_key);
CREATE INDEX configured_device_by_revision ON configured_device (group_key, revision);
