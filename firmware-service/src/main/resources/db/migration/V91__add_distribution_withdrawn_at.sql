-- A released distribution that nobody is given any more. Whether what devices were given of it is still to be taken back.

ALTER TABLE distribution ADD COLUMN withdrawn_at timestamptz, ADD COLUMN withdrawn_by text,
  ADD COLUMN taking_back boolean NOT NULL DEFAULT false;
CREATE INDEX distribution_taking_back ON distribution (key) WHERE taking_back;
