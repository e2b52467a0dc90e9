-- What became of an upload: who asks again whether it is complete, since the answer was lost, gets the same.

ALTER TABLE upload ADD COLUMN artifact_key bigint REFERENCES artifact ON DELETE SET NULL;
CREATE INDEX upload_of_artifact ON upload (artifact_key) WHERE artifact_key IS NOT NULL;
