-- Which devices are there, as the endpoint tells and they themselves.

CREATE TABLE presence (
  device_key         integer PRIMARY KEY REFERENCES device ON DELETE CASCADE,
  -- online or offline; null for one that was never heard of, which mostly has no row at all.
  status             text CHECK (status IN ('online', 'offline')),
  since              timestamptz,
  reason             text,
  last_seen          timestamptz,
  -- Of the connection that was heard last; 0 for none.
  keep_alive_seconds integer NOT NULL DEFAULT 0,
  -- The start of a replica of the endpoint (boot id) that heard of it last; null for nobody's.
  heard_by           uuid,
  -- How many changes there were: they are numbered.
  changes            bigint NOT NULL DEFAULT 0,
  -- Before then nobody looks whether it has fallen silent; null while it is not online. It is not moved with
  -- last_seen, which no index has: hearing of a device again and again changes no index.
  look_at            timestamptz
) WITH (fillfactor = 70);
CREATE INDEX presence_to_look_at ON presence (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX presence_offline ON presence (device_key) WHERE status = 'offline';

-- The connections of a device, by MQTT client identifier. One that has ended stays for a while, so that what is told late
-- of it is known to be late.
CREATE TABLE presence_connection (
  device_key integer NOT NULL REFERENCES device ON DELETE CASCADE,
  client     text COLLATE "C" NOT NULL,
  -- Grows with each connection of the client.
  epoch      bigint NOT NULL,
  replica    text,
  -- The start of the replica that holds it; null at a broker of others.
  boot_id    uuid,
  began_at   timestamptz,
  ended_at   timestamptz,
  PRIMARY KEY (device_key, client)
);
CREATE INDEX presence_connection_of_boot ON presence_connection (boot_id) WHERE ended_at IS NULL;
CREATE INDEX presence_connection_by_end ON presence_connection (ended_at) WHERE ended_at IS NOT NULL;

-- The last changes of each device.
CREATE TABLE presence_change (
  device_key integer NOT NULL REFERENCES device ON DELETE CASCADE,
  number     bigint NOT NULL,
  at         timestamptz NOT NULL,
  status     text NOT NULL,
  reason     text NOT NULL,
  PRIMARY KEY (device_key, number)
);

-- The replicas of the endpoint that tell of devices.
CREATE TABLE presence_replica (
  boot_id        uuid PRIMARY KEY,
  name           text NOT NULL,
  -- All that it heard up to then is known here; null before its first report.
  complete_until timestamptz,
  -- When it, or another one of it, said that it lives.
  alive_at       timestamptz NOT NULL
);
