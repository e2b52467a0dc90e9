package io.muster.ingest.endpoint.up;

import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Outcome;

/** What an MQTT 5 client hears of an outcome (§3.4.2.1). Stateless. */
final class Verdicts {
  private Verdicts() {}

  static ReasonCode of(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Kept kept -> ReasonCode.SUCCESS;
      case Outcome.DeadLettered letter -> of(letter.reason());
      case Outcome.Refused refused ->
          switch (refused.shortage()) {
            case MEMORY, QUARANTINED -> ReasonCode.QUOTA_EXCEEDED;
            case DATABASE -> ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
          };
    };
  }

  private static ReasonCode of(DeadLetterReason reason) {
    return switch (reason) {
      case MALFORMED,
          UNKNOWN_ENCODING,
          EMPTY,
          NOT_A_READING,
          TOO_MANY_FIELDS,
          TOO_MANY_READINGS,
          UNSTORABLE_VALUE,
          MALFORMED_TIME,
          TOO_OLD,
          IN_THE_FUTURE ->
          ReasonCode.PAYLOAD_FORMAT_INVALID;
      case TOO_LARGE -> ReasonCode.QUOTA_EXCEEDED;
      case TOPIC_NOT_ALLOWED -> ReasonCode.NOT_AUTHORIZED;
      case REFUSED_BY_DATABASE, EXPIRED_UNDELIVERED -> ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
    };
  }
}
