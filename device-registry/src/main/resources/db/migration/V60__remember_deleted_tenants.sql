-- Names of tenants that were deleted. None is ever given again: other services remove what they keep of a tenant some time
-- later, and must never hit another one of its name.

CREATE TABLE deleted_tenant (
  -- For paging; in no other order than that of the insertions.
  number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         varchar(40) COLLATE "C" NOT NULL CONSTRAINT deleted_tenant_is_unique UNIQUE,
  deleted_at timestamptz NOT NULL
);

-- Those that were deleted before, as far as the audit goes back: the others still keep what they had.
INSERT INTO deleted_tenant (id, deleted_at)
SELECT a.tenant, max(a.at)
  FROM audit AS a
 WHERE a.action = 'tenant-deleted'
   AND NOT EXISTS (SELECT FROM tenant AS t WHERE t.id = a.tenant)
 GROUP BY a.tenant
 ORDER BY max(a.at);
