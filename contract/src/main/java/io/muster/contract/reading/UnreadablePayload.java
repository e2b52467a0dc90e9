package io.muster.contract.reading;

/**
 * A telemetry payload that is not kept as readings. The message says what is wrong in words for the
 * payload's sender and holds nothing of the payload but names. Without a stack trace: a device may
 * send such payloads as fast as it likes.
 */
public final class UnreadablePayload extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why a payload cannot be understood. */
  public enum Reason {
    /** Neither JSON nor SenML in JSON or CBOR, or not well-formed. */
    MALFORMED,
    /** A content type or content encoding that is not known. */
    UNKNOWN_ENCODING,
    /** No bytes. */
    EMPTY,
    /** Well-formed, but not numbers, booleans and texts under distinct names. */
    NOT_A_READING,
    /** More names in a reading than allowed. */
    TOO_MANY_FIELDS,
    /** More readings in a message than allowed. */
    TOO_MANY_READINGS,
    /** The payload, a name or a text is longer than allowed, packed or unpacked. */
    TOO_LARGE,
    /** NaN, an infinity, an integer beyond 64 bits, U+0000, half a surrogate pair. */
    UNSTORABLE_VALUE,
    /** A {@code ts} or SenML time that is no time. */
    MALFORMED_TIME
  }

  private final Reason reason;

  UnreadablePayload(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
