package io.muster.ingest.intake;

import java.util.Locale;

/** Why a message went to the dead letters; part of the REST API and of metrics. */
public enum DeadLetterReason {
  /** Neither JSON nor SenML in JSON or CBOR, or not well-formed. */
  MALFORMED,
  /** A content type or encoding that Muster does not know. */
  UNKNOWN_ENCODING,
  /** No bytes at all where a reading was expected. */
  EMPTY,
  /** Well-formed, but not numbers, booleans and strings under names. */
  NOT_A_READING,
  /** More fields than a reading may have. */
  TOO_MANY_FIELDS,
  /** More readings than a message may hold. */
  TOO_MANY_READINGS,
  /** Larger than the limit, packed or unpacked. */
  TOO_LARGE,
  /** A value that cannot be stored: NaN, an infinity, U+0000, an integer beyond 64 bits. */
  UNSTORABLE_VALUE,
  /** No time, or one that no calendar knows. */
  MALFORMED_TIME,
  /** Older than what is kept. */
  TOO_OLD,
  /** Further ahead than clocks may differ. */
  IN_THE_FUTURE,
  /** Refused by the database for its data, or again and again not to be written. */
  REFUSED_BY_DATABASE,
  /** A topic that is nobody's or somebody else's to publish. */
  TOPIC_NOT_ALLOWED,
  /** Nobody took it within the time for which it is kept. */
  EXPIRED_UNDELIVERED;

  /**
   * Reads {@link #label}.
   *
   * @throws IllegalArgumentException when there is no such reason
   */
  public static DeadLetterReason of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** The form in JSON, metrics and logs: lower case with hyphens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
