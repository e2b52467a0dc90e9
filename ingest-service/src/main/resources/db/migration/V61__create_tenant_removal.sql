-- Tenants that were deleted, and how far the removal of what this service keeps of them has come. Module `outbox` holds this
-- text; each service's migration is the same text, and a test compares them.

-- Rows stay: a name is not given again, and whoever asks for it is told that there is no such tenant.
CREATE TABLE tenant_removal (
  tenant       varchar(40) COLLATE "C" PRIMARY KEY,
  noted_at     timestamptz NOT NULL DEFAULT now(),
  rows_removed bigint NOT NULL DEFAULT 0,
  -- When something was removed last.
  removed_at   timestamptz,
  -- When nothing was left for the first time.
  done_at      timestamptz,
  -- When to look whether there is something to remove; for a while also after that. Null: never.
  look_at      timestamptz DEFAULT now()
);
CREATE INDEX tenant_removal_noted ON tenant_removal (noted_at);
CREATE INDEX tenant_removal_due ON tenant_removal (look_at) WHERE look_at IS NOT NULL;
