-- A gap ends when ingest has told all who are connected: page by page, so that whoever goes on after a restart knows where.

ALTER TABLE presence_gap
  -- Up to which client identifier it has told; ingest's own order.
  ADD COLUMN retold_up_to text COLLATE "C" NOT NULL DEFAULT '',
  -- Before then nobody asks: one does, or ingest was away.
  ADD COLUMN look_at timestamptz NOT NULL DEFAULT now();
