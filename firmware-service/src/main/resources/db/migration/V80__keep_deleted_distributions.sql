-- A distribution that was deleted stays by its name and version while ended actions tell of it. It holds no modules any more.

ALTER TABLE distribution ADD COLUMN deleted_at timestamptz;
-- Its name is free.
ALTER TABLE distribution DROP CONSTRAINT distribution_tenant_name_version_key;
CREATE UNIQUE INDEX distribution_of_name ON distribution (tenant, name, version) WHERE deleted_at IS NULL;
CREATE INDEX distribution_deleted ON distribution (tenant) WHERE deleted_at IS NOT NULL;
