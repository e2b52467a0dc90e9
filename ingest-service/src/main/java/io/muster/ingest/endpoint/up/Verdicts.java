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
            case MEMORY, QUARANTINED, QUOTA -> ReasonCode.QUOTA_EXCEEDED;
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

  /** The same for the engineer at the other end: what was wrong, and what to do about it. */
  static String inWords(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Kept kept -> "";
      case Outcome.DeadLettered letter -> inWords(letter.reason());
      case Outcome.Refused refused ->
          switch (refused.shortage()) {
            case MEMORY -> "the server has no room for it now; send it again later";
            case QUARANTINED ->
                "too many messages that cannot be understood; ask the operator to release the"
                    + " device";
            case DATABASE -> "the server cannot store it now; send it again later";
            case QUOTA -> "not kept: more than the device may send in a second, for too long";
          };
    };
  }

  private static String inWords(DeadLetterReason reason) {
    return switch (reason) {
      case MALFORMED -> "neither JSON nor SenML; see the dead letters";
      case UNKNOWN_ENCODING -> "unknown content type or content-encoding; gzip is understood";
      case EMPTY -> "an empty payload where a reading was expected";
      case NOT_A_READING -> "a reading is an object of numbers, booleans and strings";
      case TOO_MANY_FIELDS -> "more fields than a reading may have; split it";
      case TOO_MANY_READINGS -> "more readings than a message may hold; split it";
      case TOO_LARGE -> "larger than the device's payload limit; split it";
      case UNSTORABLE_VALUE -> "a value that cannot be stored, such as NaN or U+0000";
      case MALFORMED_TIME -> "ts must be ISO 8601 or milliseconds since 1970";
      case TOO_OLD -> "its time is older than what is kept; check the device's clock";
      case IN_THE_FUTURE -> "its time is in the future; check the device's clock";
      case REFUSED_BY_DATABASE -> "the database refused it; see the dead letters";
      case TOPIC_NOT_ALLOWED ->
          "not a topic, QoS or retain flag for the device or its token; see the dead letters";
      case EXPIRED_UNDELIVERED -> "nobody took it in time";
    };
  }
}
