package io.muster.benchmarks.load;

import java.nio.charset.StandardCharsets;

/**
 * A telemetry reading of exactly {@value #BYTES} bytes: three values and a time of its own, no two
 * alike. Only the digits that change are written again, so that making a message costs the load
 * generator next to nothing. Not thread-safe: one for each connection.
 *
 * <p>Two readings differ in their time or in the six decimals of their temperature, which count up
 * and so repeat after a million messages only; no connection sends that many in a millisecond.
 */
final class PayloadTemplate {
  /** What the measurements of Muster and of its peers are made with. */
  static final int BYTES = 112;

  private static final String FORM =
      "{\"ts\":0000000000000,\"temperatureCelsius\":21.000000,\"humidityPercent\":45.000000,"
          + "\"pressureHectopascal\":1013.00000}";
  private static final int TIME_OFFSET = FORM.indexOf(':') + 1;
  private static final int TIME_DIGITS = 13;
  private static final int COUNTER_OFFSET = FORM.indexOf("21.") + 3;
  private static final int HUMIDITY_OFFSET = FORM.indexOf("45.") + 3;
  private static final int PRESSURE_OFFSET = FORM.indexOf("1013.") + 5;
  private static final int COUNTER_DIGITS = 6;
  private static final int SLOW_DIGITS = 4;

  private final byte[] bytes = FORM.getBytes(StandardCharsets.US_ASCII);
  private long renderedMillis = -1;

  /** The next reading's bytes; they change with the next call and must not be kept. */
  byte[] next(long epochMillis) {
    if (epochMillis != renderedMillis) {
      renderTime(epochMillis);
    }
    countUp();
    return bytes;
  }

  /** The time, and with it the two values that change slowly. */
  private void renderTime(long epochMillis) {
    renderedMillis = epochMillis;
    renderDigits(TIME_OFFSET, TIME_DIGITS, epochMillis);
    renderDigits(HUMIDITY_OFFSET, SLOW_DIGITS, epochMillis % 10_000);
    renderDigits(PRESSURE_OFFSET, SLOW_DIGITS, epochMillis * 7 % 10_000);
  }

  private void renderDigits(int offset, int digits, long number) {
    var rest = number;
    for (var i = offset + digits - 1; i >= offset; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  private void countUp() {
    for (var i = COUNTER_OFFSET + COUNTER_DIGITS - 1; i >= COUNTER_OFFSET; i--) {
      if (bytes[i]++ < '9') {
        return;
      }
      bytes[i] = '0';
    }
  }
}
