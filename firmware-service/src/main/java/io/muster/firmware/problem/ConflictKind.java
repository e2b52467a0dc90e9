package io.muster.firmware.problem;

import io.muster.rest.problem.Refusal;
import java.util.Locale;

/** What a request about firmware is at odds with. */
public enum ConflictKind implements Refusal.ConflictKind {
  ARTIFACT_IN_USE,
  UPLOAD_BUSY,
  UPLOAD_OFFSET,
  UPLOAD_UNCERTAIN,
  NAME_TAKEN,
  SIGNATURE_MISSING,
  NOT_RELEASED,
  DISTRIBUTION_WITHDRAWN,
  MODULE_IN_USE,
  DISTRIBUTION_IN_USE,
  DEVICE_INCOMPATIBLE,
  ACTION_FINISHED,
  IDEMPOTENCY_KEY_USED,
  ROLLOUT_STATE,
  SAME_PERSON,
  MANIFEST_KEY_WAITING,
  MANIFEST_KEY_SIGNS;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
