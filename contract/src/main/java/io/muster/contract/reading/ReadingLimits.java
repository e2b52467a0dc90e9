package io.muster.contract.reading;

/**
 * What a telemetry message may hold at most.
 *
 * @param fieldsPerReading names in one reading
 * @param readingsPerMessage readings in one message
 * @param nameCharacters of a field's name
 * @param textCharacters of a text value
 * @param payloadBytes of the payload, as received and inflated
 */
public record ReadingLimits(
    int fieldsPerReading,
    int readingsPerMessage,
    int nameCharacters,
    int textCharacters,
    int payloadBytes) {

  /** What a service allows unless it is configured otherwise. */
  public static final ReadingLimits DEFAULT =
      new ReadingLimits(512, 10_000, 256, 8_192, 256 * 1024);

  public ReadingLimits {
    var least = Math.min(Math.min(fieldsPerReading, readingsPerMessage), nameCharacters);
    if (Math.min(least, Math.min(textCharacters, payloadBytes)) < 1) {
      throw new IllegalArgumentException("limits are at least 1");
    }
  }
}
