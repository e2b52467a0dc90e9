-- What an edge notes of how far its hub has come with its log, and what a hub has of its edges' logs (io.muster.ingest.uplink).
-- Every installation has the tables, and uses those of its role.

-- At an edge: how far its hub has come with its log. The identity is drawn with the row, so that another database has another.
CREATE TABLE uplink (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  log      uuid NOT NULL,
  position bigint NOT NULL,
  -- The entry at that position; null when it is not known.
  last_id  uuid
);

-- At a hub: how far it has come with the log of each site.
CREATE TABLE site_log (
  site     text PRIMARY KEY,
  log      uuid,
  position bigint NOT NULL DEFAULT 0,
  last_id  uuid,
  taken_at timestamptz NOT NULL DEFAULT now()
);

-- At a hub: who is connected at its sites, as their logs have told. With mqtt_session it is the snapshot for services.
CREATE TABLE site_session (
  client_identifier text PRIMARY KEY,
  tenant            varchar(40) COLLATE "C" NOT NULL,
  device            text NOT NULL,
  site              text NOT NULL,
  epoch             bigint NOT NULL,
  connected_at      timestamptz NOT NULL,
  -- Topic filters by the device whose topics they are: {"tenant/device": ["filter"]}.
  hears             jsonb NOT NULL DEFAULT '{}',
  -- Where in its site's log it was told last.
  told_at           bigint NOT NULL
);
CREATE INDEX site_session_of_site ON site_session (site, told_at);
CREATE INDEX site_session_of_tenant ON site_session (tenant);
