-- A replica that another one has found dead: it can renew its lease no more, so that nobody ends sessions of one that lives.
ALTER TABLE endpoint_replica ADD COLUMN condemned boolean NOT NULL DEFAULT false;
