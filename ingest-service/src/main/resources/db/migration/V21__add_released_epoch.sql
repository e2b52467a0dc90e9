-- The epoch of the last connection over which the client released a QoS 2 identifier (PUBREL): what a replica still holds of
-- an earlier connection is not remembered any more.
ALTER TABLE mqtt_session ADD COLUMN released_epoch bigint NOT NULL DEFAULT 0;
