-- Jobs over AWS IoT's topics: devices that fetch their jobs' commands there themselves.

CREATE TABLE aws_device (
  queue_key         bigint PRIMARY KEY REFERENCES device_queue,
  -- The connection that last listened to what is said of jobs there; null when the device only asked.
  client_identifier text COLLATE "C",
  epoch             bigint,
  -- Until when it counts as one that does; null while it has not turned to the other way.
  fetches_until     timestamptz,
  -- What it was told last: the keys of the commands in its list, and of the next one.
  listed            bigint[] NOT NULL DEFAULT '{}',
  next_key          bigint,
  -- The messages that told it and of which none is known to have arrived, how often, and when it is told again.
  told              uuid[] NOT NULL DEFAULT '{}',
  told_times        integer NOT NULL DEFAULT 0,
  tell_again_at     timestamptz,
  -- When to look whether there is something to tell. Null: never.
  due_at            timestamptz
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX aws_device_due ON aws_device (due_at) WHERE due_at IS NOT NULL;

-- What a device says of a command that it fetched, beside the command's own state. Without a row: version 1.
CREATE TABLE aws_execution (
  command_key    bigint PRIMARY KEY REFERENCES command ON DELETE CASCADE,
  version        integer NOT NULL,
  status_details jsonb NOT NULL,
  started_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  -- When the time ends that the device gave itself.
  step_until     timestamptz
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- A job's command for one device is looked for as well.
CREATE INDEX command_of_job_and_device ON command (job_key, queue_key, key) WHERE job_key IS NOT NULL;
DROP INDEX command_of_job;
