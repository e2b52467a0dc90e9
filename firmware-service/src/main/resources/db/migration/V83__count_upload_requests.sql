-- Requests that add bytes and have not ended. One that stays was cut short with the service or its machine, and the bytes that it left
-- may be anything.

ALTER TABLE upload ADD COLUMN requests_open integer NOT NULL DEFAULT 0;
