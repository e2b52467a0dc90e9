package io.muster.command.problem;

import io.muster.rest.problem.Refusal;
import java.util.Locale;

/** What a request about commands is at odds with. */
public enum ConflictKind implements Refusal.ConflictKind {
  COMMAND_FINISHED,
  IDEMPOTENCY_KEY_USED,
  JOB_STATE,
  SCHEDULE_STATE;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
