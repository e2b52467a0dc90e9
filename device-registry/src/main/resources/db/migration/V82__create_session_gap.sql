-- Ingest's log was lost for a while: until ingest has told who is connected, page by page, this one row is there.

CREATE TABLE session_gap (
  only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  since        timestamptz NOT NULL,
  -- Up to which client identifier it has told; ingest's own order.
  retold_up_to text COLLATE "C" NOT NULL DEFAULT ''
);
