-- What devices have installed, as firmware-service tells it: what a search asks.

CREATE TABLE installed_firmware (
  device_key integer PRIMARY KEY REFERENCES device ON DELETE CASCADE,
  -- Versions by the names of their modules: {"bootloader": "1.4.2"}.
  modules    jsonb NOT NULL,
  -- Versions of those modules that are firmware, each once.
  versions   text[] NOT NULL,
  told_at    timestamptz NOT NULL
);
CREATE INDEX installed_firmware_by_module ON installed_firmware USING gin (modules jsonb_path_ops);
CREATE INDEX installed_firmware_by_version ON installed_firmware USING gin (versions);
