-- Rollouts: one distribution for many devices, in groups one after another.

-- What a tenant demands of them.
CREATE TABLE rollout_setting (
  tenant            varchar(40) COLLATE "C" PRIMARY KEY,
  version           bigint NOT NULL,
  approval_required boolean NOT NULL
);

-- Its row is its lock: whoever works on a rollout holds it, before the rows of targets.
CREATE TABLE rollout (
  key               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id                uuid NOT NULL UNIQUE,
  tenant            varchar(40) COLLATE "C" NOT NULL,
  name              text NOT NULL,
  description       text,
  -- Null for a way back, in which each device has its own.
  distribution_key  bigint REFERENCES distribution,
  rollback_of       bigint REFERENCES rollout ON DELETE SET NULL,
  -- To whom and how, as it was asked for.
  plan              jsonb NOT NULL,
  approval_required boolean NOT NULL,
  decided_by        text,
  decided_at        timestamptz,
  decision          text,
  state             varchar(24) NOT NULL,
  reason            varchar(40),
  since             timestamptz NOT NULL,
  -- All states so far: [state, reason or null, time] each.
  steps             jsonb NOT NULL,
  -- Up to where devices have been looked for; null: nobody looks.
  look_after        text,
  -- When they are to be looked for again.
  look_again_at     timestamptz,
  -- Whether it is decided which group a device is in.
  grouped           boolean NOT NULL DEFAULT false,
  -- How many updates it gave, and what the rate leaves.
  given             bigint NOT NULL DEFAULT 0,
  given_at          timestamptz NOT NULL,
  pace              double precision NOT NULL,
  pace_at           timestamptz NOT NULL,
  -- What it waits for, and when something is to be done without anything happening. Null: never.
  waits_for         varchar(12),
  due_at            timestamptz,
  -- After its end: whether updates are still to be taken back, also those that devices have seen.
  calling_off       boolean NOT NULL DEFAULT false,
  calling_off_seen  boolean NOT NULL DEFAULT false,
  created_at        timestamptz NOT NULL,
  created_by        text NOT NULL,
  started_at        timestamptz,
  finished_at       timestamptz,
  idempotency_key   text,
  request_sha256    bytea NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX rollout_of_tenant ON rollout (tenant, key);
CREATE INDEX rollout_open_of_tenant ON rollout (tenant) WHERE finished_at IS NULL;
CREATE INDEX rollout_due ON rollout (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX rollout_finished ON rollout (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX rollout_of_distribution ON rollout (distribution_key);
CREATE INDEX rollout_way_back ON rollout (rollback_of) WHERE rollback_of IS NOT NULL;
CREATE UNIQUE INDEX rollout_idempotency_key ON rollout (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- A range of its devices' places.
CREATE TABLE rollout_group (
  rollout_key bigint NOT NULL REFERENCES rollout ON DELETE CASCADE,
  number      integer NOT NULL,
  after_place bigint NOT NULL,
  last_place  bigint NOT NULL,
  state       varchar(12) NOT NULL,
  -- Somebody let it go on in spite of its thresholds.
  waived      boolean NOT NULL DEFAULT false,
  PRIMARY KEY (rollout_key, number)
);

CREATE TABLE rollout_device (
  rollout_key      bigint NOT NULL REFERENCES rollout,
  device           varchar(80) COLLATE "C" NOT NULL,
  -- Null for those that have no turn.
  target_key       bigint REFERENCES target,
  -- In this order they have their turn.
  place            bigint NOT NULL,
  state            varchar(12) NOT NULL,
  -- How many times it was given the update, since somebody last wanted it again.
  attempts         integer NOT NULL DEFAULT 0,
  -- After a failure: not before then.
  not_before       timestamptz,
  -- Of a way back: which one it gets.
  distribution_key bigint,
  -- What it had before.
  previous_key     bigint,
  -- The last one.
  action_key       bigint,
  action_number    bigint,
  given_at         timestamptz,
  ended_at         timestamptz,
  PRIMARY KEY (rollout_key, device)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX rollout_device_by_state ON rollout_device (rollout_key, state, place);
-- Of which rollout an action is.
CREATE INDEX rollout_device_action ON rollout_device (action_key) WHERE action_key IS NOT NULL;
-- What devices may go back to is not deleted.
CREATE INDEX rollout_device_previous ON rollout_device (previous_key) WHERE previous_key IS NOT NULL;
