package io.muster.localstack.simulate;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * A room with a sensor on a battery: warmest in the afternoon, drier when warmer, a little noise,
 * and a battery that runs down over months. Used by one thread.
 */
final class Climate {
  private static final double WARMEST_HOUR = 15;
  private static final double BATTERY_DAYS = 180;
  private static final double SECONDS_A_DAY = 86_400;

  private final RandomGenerator random;
  private final double mean;
  private final double swing;
  private final double humidityAtMean;
  private final double batteryAtBirth;
  private final Instant birth;
  private double drift;

  Climate(RandomGenerator random, Instant birth) {
    this.random = random;
    this.birth = birth;
    this.mean = 19 + 4 * random.nextDouble();
    this.swing = 1.5 + 2.5 * random.nextDouble();
    this.humidityAtMean = 40 + 15 * random.nextDouble();
    this.batteryAtBirth = 60 + 40 * random.nextDouble();
  }

  /** What its sensor reads then, as JSON with {@code ts}. */
  String reading(Instant time) {
    // A walk that is drawn back to zero: neighbouring readings are alike, and none runs away.
    drift = 0.98 * drift + 0.05 * random.nextGaussian();
    var temperature = mean + swing * dailyCurve(time) + drift;
    var humidity = humidityAtMean - 2.2 * (temperature - mean) + 0.3 * random.nextGaussian();
    return String.format(
        Locale.ROOT,
        "{\"ts\":\"%s\",\"temperature\":%.2f,\"humidity\":%.1f,\"battery\":%.1f}",
        time,
        temperature,
        Math.clamp(humidity, 5, 95),
        battery(time));
  }

  private static double dailyCurve(Instant time) {
    var hour = time.atZone(ZoneOffset.UTC).toLocalTime().toSecondOfDay() / 3600.0;
    return Math.cos((hour - WARMEST_HOUR) / 24 * 2 * Math.PI);
  }

  private double battery(Instant time) {
    var days = (time.getEpochSecond() - birth.getEpochSecond()) / SECONDS_A_DAY;
    return Math.max(0, batteryAtBirth - 100 * days / BATTERY_DAYS);
  }
}
