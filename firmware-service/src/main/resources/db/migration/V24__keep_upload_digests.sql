-- What the bytes of an upload were, written before they become an object: when what follows fails, it need not be sent again.

ALTER TABLE upload
  ADD COLUMN found_sha256 text COLLATE "C",
  ADD COLUMN found_sha1   text COLLATE "C",
  ADD COLUMN found_md5    text COLLATE "C",
  ADD COLUMN found_bytes  bigint,
  ADD COLUMN found_at     timestamptz;

-- An artifact that is deleted takes its upload along, which would count as one under way again.
ALTER TABLE upload
  DROP CONSTRAINT upload_artifact_key_fkey,
  ADD CONSTRAINT upload_artifact_key_fkey FOREIGN KEY (artifact_key) REFERENCES artifact ON DELETE CASCADE;
