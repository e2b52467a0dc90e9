-- Who did what, when and from where. Written in the transaction of the change. No foreign keys: what was deleted must
-- still be told of.

CREATE TABLE audit (
  place   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL,
  tenant  varchar(40) COLLATE "C" NOT NULL,
  -- The subject of the caller's token.
  actor   text NOT NULL,
  address text,
  action  varchar(60) NOT NULL,
  subject text COLLATE "C" NOT NULL
);
CREATE INDEX audit_of_tenant ON audit (tenant, place);
CREATE INDEX audit_of_subject ON audit (tenant, subject, place);
