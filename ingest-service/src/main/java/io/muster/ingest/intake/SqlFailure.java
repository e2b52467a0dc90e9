package io.muster.ingest.intake;

import io.muster.ingest.intake.BatchStatements.UnwritableException;
import io.netty.channel.ChannelException;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** What a failed transaction means for what was in it. */
enum SqlFailure {
  /** One of the rows can never be stored: find it (SQLSTATE 22, 23, 54). */
  DATA,
  /** A partition is missing, which was there before or is yet to be made. */
  MISSING_PARTITION,
  /** Two transactions got in each other's way; this one lost, the connection is sound (40). */
  CONFLICT,
  /**
   * It did not end in time (57014, no answer at all): most often the database's fault, but one of
   * the messages may be such that it never will.
   */
  SLOW,
  /**
   * Something broke in the database (XX), in the protocol (08P01) or on this side; perhaps over
   * what one of the messages holds.
   */
  FAULT,
  /** Everything else passes: connection, resources, rights, an administrator. */
  TRANSIENT;

  private static final List<String> OF_DATA = List.of("22", "23", "54");
  private static final String OF_CONFLICT = "40";
  private static final String INTERNAL = "XX";
  private static final String PROTOCOL_VIOLATION = "08P01";
  private static final String QUERY_CANCELED = "57014";
  private static final String CHECK_VIOLATION = "23514";
  private static final String NO_PARTITION = "no partition of relation";

  static SqlFailure of(Throwable failure) {
    return switch (failure) {
      case PgException refused when refused.getSqlState() != null -> of(refused);
      case TimeoutException noAnswer -> SLOW;
      case IOException lost -> TRANSIENT;
      case VertxException closed -> TRANSIENT;
      case ChannelException lost -> TRANSIENT;
      default -> FAULT;
    };
  }

  private static SqlFailure of(PgException refused) {
    // A violated CHECK names its constraint; a row without a partition has none to name.
    if (refused.getSqlState().equals(CHECK_VIOLATION)
        && (refused.getConstraint() == null
            || String.valueOf(refused.getErrorMessage()).startsWith(NO_PARTITION))) {
      return MISSING_PARTITION;
    }
    var kind = refused.getSqlState().substring(0, 2);
    if (OF_DATA.contains(kind)) {
      return DATA;
    }
    return switch (refused.getSqlState()) {
      case QUERY_CANCELED -> SLOW;
      case PROTOCOL_VIOLATION -> FAULT;
      default ->
          switch (kind) {
            case OF_CONFLICT -> CONFLICT;
            case INTERNAL -> FAULT;
            default -> TRANSIENT;
          };
    };
  }

  /** Whether the connection may be used again: the transaction was rolled back, or never begun. */
  static boolean leavesConnectionSound(Throwable failure) {
    return switch (of(failure)) {
      case DATA, MISSING_PARTITION, CONFLICT -> true;
      case SLOW, FAULT -> failure instanceof PgException || failure instanceof UnwritableException;
      case TRANSIENT -> false;
    };
  }
}
