-- Devices whose packets are written down for a while, at whichever replica they are connected.
CREATE TABLE packet_log (
  tenant   text NOT NULL,
  device   text NOT NULL,
  payloads boolean NOT NULL,
  since    timestamptz NOT NULL,
  ends_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant, device)
);
