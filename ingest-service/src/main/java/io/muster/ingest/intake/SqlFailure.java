package io.muster.ingest.intake;

import io.vertx.pgclient.PgException;
import java.util.List;

/** What a failed transaction means for what was in it. */
enum SqlFailure {
  /** One of the rows can never be stored: find it (SQLSTATE 22, 23, 54). */
  DATA,
  /** A partition is missing, which was there before or is yet to be made. */
  MISSING_PARTITION,
  /** Two transactions got in each other's way; this one lost, the connection is sound (40). */
  CONFLICT,
  /** Everything else passes: connection, resources, an administrator, a fault of ours. */
  TRANSIENT;

  private static final List<String> OF_DATA = List.of("22", "23", "54");
  private static final String OF_CONFLICT = "40";
  private static final String CHECK_VIOLATION = "23514";
  private static final String NO_PARTITION = "no partition of relation";

  static SqlFailure of(Throwable failure) {
    if (!(failure instanceof PgException refused) || refused.getSqlState() == null) {
      return TRANSIENT;
    }
    // A violated CHECK names its constraint; a row without a partition has none to name.
    if (refused.getSqlState().equals(CHECK_VIOLATION)
        && (refused.getConstraint() == null
            || String.valueOf(refused.getErrorMessage()).startsWith(NO_PARTITION))) {
      return MISSING_PARTITION;
    }
    var kind = refused.getSqlState().substring(0, 2);
    if (kind.equals(OF_CONFLICT)) {
      return CONFLICT;
    }
    return OF_DATA.contains(kind) ? DATA : TRANSIENT;
  }
}
