package io.muster.ingest.intake;

import io.muster.contract.reading.ReadingLimits;
import java.time.Duration;

/**
 * What a lane goes by; see {@link IntakeConfig} for each.
 *
 * @param deadLetterBytes how much of a payload the dead letters keep
 */
record IntakeSettings(
    int lanes,
    int batchRows,
    int batchBytes,
    Duration linger,
    Duration commitTimeout,
    Duration connectTimeout,
    Duration probeInterval,
    Duration retryMin,
    Duration retryMax,
    long atMostOnceBytes,
    int deadLetterBytes,
    ReadingLimits limits) {

  static IntakeSettings of(IntakeConfig config, int deadLetterBytes) {
    var limits = config.limits();
    return new IntakeSettings(
        config.lanes(),
        config.batchRows(),
        config.batchBytes(),
        config.linger(),
        config.commitTimeout(),
        config.connectTimeout(),
        config.probeInterval(),
        config.retryMin(),
        config.retryMax(),
        config.atMostOnceBytes(),
        deadLetterBytes,
        new ReadingLimits(
            limits.fieldsPerReading(),
            limits.readingsPerMessage(),
            limits.nameCharacters(),
            limits.textCharacters(),
            limits.payloadBytes()));
  }
}
