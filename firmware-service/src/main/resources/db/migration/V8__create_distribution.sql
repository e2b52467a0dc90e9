-- What can be given to devices: modules of artifacts, distributions of modules. Neither changes; another version is another row.

CREATE TABLE software_module (
  key           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id            uuid NOT NULL UNIQUE,
  tenant        varchar(40) COLLATE "C" NOT NULL,
  name          text COLLATE "C" NOT NULL,
  version       text COLLATE "C" NOT NULL,
  type          varchar(20) NOT NULL,
  release_notes text,
  created_at    timestamptz NOT NULL,
  created_by    text NOT NULL,
  UNIQUE (tenant, name, version)
);
CREATE INDEX software_module_of_tenant ON software_module (tenant, key);

CREATE TABLE module_artifact (
  module_key   bigint NOT NULL REFERENCES software_module ON DELETE CASCADE,
  artifact_key bigint NOT NULL REFERENCES artifact,
  place        integer NOT NULL,
  -- As devices see it: of an artifact's name, one in each module.
  filename     text NOT NULL,
  PRIMARY KEY (module_key, filename)
);
CREATE INDEX module_of_artifact ON module_artifact (artifact_key);

CREATE TABLE distribution (
  key           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id            uuid NOT NULL UNIQUE,
  tenant        varchar(40) COLLATE "C" NOT NULL,
  name          text COLLATE "C" NOT NULL,
  version       text COLLATE "C" NOT NULL,
  -- Types of the registry that it fits; empty: all.
  device_types  text[] NOT NULL,
  release_notes text,
  created_at    timestamptz NOT NULL,
  created_by    text NOT NULL,
  released_at   timestamptz,
  released_by   text,
  UNIQUE (tenant, name, version)
);
CREATE INDEX distribution_of_tenant ON distribution (tenant, key);

CREATE TABLE distribution_module (
  distribution_key bigint NOT NULL REFERENCES distribution ON DELETE CASCADE,
  module_key       bigint NOT NULL REFERENCES software_module,
  place            integer NOT NULL,
  PRIMARY KEY (distribution_key, module_key)
);
CREATE INDEX distribution_of_module ON distribution_module (module_key);
