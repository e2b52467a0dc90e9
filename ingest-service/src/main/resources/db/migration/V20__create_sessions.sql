-- MQTT sessions of all endpoint replicas: who holds which client identifier, what it subscribed to, and its will.

-- A replica is alive as long as it renews its lease; what a dead one held is ended by another.
CREATE TABLE endpoint_replica (
  key         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  boot_id     uuid NOT NULL UNIQUE,
  name        text NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT now(),
  lease_until timestamptz NOT NULL
);

-- Grows over all clients and replicas, also when a session's row was deleted in between.
CREATE SEQUENCE mqtt_epoch AS bigint;
-- A new session of a client gets a new key, so that nothing late of the old one reaches it.
CREATE SEQUENCE mqtt_session_key AS bigint;

CREATE TABLE mqtt_session (
  client_identifier text PRIMARY KEY,
  session_key       bigint NOT NULL,
  epoch             bigint NOT NULL,
  -- Where it is connected; null while it is not. The key keeps a replica that was taken for dead from taking sessions.
  replica_key       integer REFERENCES endpoint_replica (key),
  connection_id     bigint,
  connected_at      timestamptz NOT NULL,
  -- How long it outlives its connection; 0: not at all.
  expiry_seconds    bigint NOT NULL,
  -- Null while it is connected.
  expires_at        timestamptz,
  subscriptions     jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX mqtt_session_of_replica ON mqtt_session (replica_key) WHERE replica_key IS NOT NULL;
CREATE INDEX mqtt_session_expiry ON mqtt_session (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX mqtt_session_by_key ON mqtt_session (session_key);

-- One will for each connection that left one, by its epoch.
CREATE TABLE mqtt_will (
  epoch             bigint PRIMARY KEY,
  client_identifier text NOT NULL,
  topic             text NOT NULL,
  payload           bytea NOT NULL,
  qos               smallint NOT NULL,
  retain            boolean NOT NULL,
  content_type      text,
  user_properties   jsonb NOT NULL DEFAULT '{}',
  delay_seconds     bigint NOT NULL,
  -- Null while its connection lasts.
  due_at            timestamptz,
  -- The replica that is publishing it.
  claimed_by        integer
);
CREATE INDEX mqtt_will_due ON mqtt_will (due_at) WHERE due_at IS NOT NULL;

-- Connections that lost their session to another replica; the one that holds them closes them and deletes the row.
CREATE TABLE mqtt_takeover (
  replica_key   integer NOT NULL,
  connection_id bigint NOT NULL,
  PRIMARY KEY (replica_key, connection_id)
);
