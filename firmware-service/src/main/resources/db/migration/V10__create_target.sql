-- Devices as far as their firmware goes. A row appears when the registry has said that there is the device.

CREATE TABLE target (
  key               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant            varchar(40) COLLATE "C" NOT NULL,
  device            varchar(80) COLLATE "C" NOT NULL,
  -- False: to be asked for again. The row stays: numbers of actions must never come again, as devices remember them.
  known             boolean NOT NULL,
  enabled           boolean NOT NULL,
  -- The number of its last action; also the counter that a device holds against older manifests.
  last_number       bigint NOT NULL DEFAULT 0,
  polled_at         timestamptz,
  -- What it says of itself (configData).
  attributes        jsonb NOT NULL DEFAULT '{}',
  attributes_at     timestamptz,
  auto_confirm      boolean NOT NULL DEFAULT false,
  -- How much feedback came in the minute that began then.
  feedback_since    timestamptz,
  feedback_count    integer NOT NULL DEFAULT 0,
  UNIQUE (tenant, device)
);

-- What lets a device in at hawkBit's API, and nowhere else.
CREATE TABLE target_token (
  id         uuid NOT NULL PRIMARY KEY,
  target_key bigint NOT NULL REFERENCES target ON DELETE CASCADE,
  sha256     bytea NOT NULL,
  not_before timestamptz,
  not_after  timestamptz,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL
);
CREATE INDEX token_of_target ON target_token (target_key);

-- One device is to get one distribution.
CREATE TABLE action (
  key              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  target_key       bigint NOT NULL REFERENCES target,
  number           bigint NOT NULL,
  distribution_key bigint NOT NULL REFERENCES distribution,
  state            varchar(20) NOT NULL,
  -- False: the device may put it off.
  forced           boolean NOT NULL,
  -- Whether the device has seen it.
  retrieved        boolean NOT NULL DEFAULT false,
  status_count     integer NOT NULL DEFAULT 0,
  created_at       timestamptz NOT NULL,
  created_by       text NOT NULL,
  finished_at      timestamptz,
  UNIQUE (target_key, number)
);
CREATE INDEX action_open ON action (target_key, number) WHERE finished_at IS NULL;
CREATE INDEX action_of_distribution ON action (distribution_key);

-- What the device said of it; a bounded number of the newest.
CREATE TABLE action_status (
  key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action_key bigint NOT NULL REFERENCES action ON DELETE CASCADE,
  at         timestamptz NOT NULL,
  -- Its own word (DDI), or ours in brackets.
  execution  text NOT NULL,
  result     text,
  code       integer,
  messages   text[] NOT NULL
);
CREATE INDEX status_of_action ON action_status (action_key, key);

CREATE TABLE installed_module (
  target_key   bigint NOT NULL REFERENCES target ON DELETE CASCADE,
  name         text COLLATE "C" NOT NULL,
  version      text NOT NULL,
  type         varchar(20) NOT NULL,
  -- By which action.
  number       bigint NOT NULL,
  installed_at timestamptz NOT NULL,
  PRIMARY KEY (target_key, name)
);
