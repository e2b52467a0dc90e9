package io.muster.ingest.intake;

/**
 * How often a batch failed so far, and whether that is often enough to do otherwise.
 *
 * @param ofPartitions for a missing partition
 * @param ofConnection for what passes
 * @param ofBatch for what may be the batch's own fault
 */
record WriteFailures(int ofPartitions, int ofConnection, int ofBatch) {
  /** A batch that failed so often, each time on a connection that opened well, is halved. */
  private static final int ATTEMPTS_TOGETHER = 3;

  /** A message alone at which something broke so often is a dead letter. */
  private static final int ATTEMPTS_ALONE = 5;

  /** The same of one that did not end in time: with the usual time-out that is ten minutes. */
  private static final int SLOW_ATTEMPTS_ALONE = 20;

  static final WriteFailures NONE = new WriteFailures(0, 0, 0);

  WriteFailures and(SqlFailure kind) {
    return switch (kind) {
      case MISSING_PARTITION -> new WriteFailures(ofPartitions + 1, ofConnection, ofBatch);
      case SLOW, FAULT -> new WriteFailures(ofPartitions, ofConnection, ofBatch + 1);
      case TRANSIENT -> new WriteFailures(ofPartitions, ofConnection + 1, ofBatch);
      case DATA, CONFLICT -> this;
    };
  }

  boolean areTooManyTogether() {
    return ofConnection + ofBatch >= ATTEMPTS_TOGETHER;
  }

  boolean areTooManyAlone(SqlFailure kind) {
    return kind != SqlFailure.TRANSIENT
        && ofBatch >= (kind == SqlFailure.SLOW ? SLOW_ATTEMPTS_ALONE : ATTEMPTS_ALONE);
  }

  /** What the halves begin with: if the batch is at fault one more failure shows which half. */
  WriteFailures ofHalves() {
    return new WriteFailures(0, 0, Math.min(ofBatch, ATTEMPTS_TOGETHER - 1));
  }
}
