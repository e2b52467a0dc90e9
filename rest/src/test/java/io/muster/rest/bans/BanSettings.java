package io.muster.rest.bans;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The settings of bans, all but some at their defaults. */
record BanSettings(Map<String, String> given) implements BansConfig {

  /**
   * @param settings names, each with its value behind it
   */
  static BansConfig with(String... settings) {
    var given = new HashMap<String, String>();
    for (int i = 0; i < settings.length; i += 2) {
      given.put(settings[i], settings[i + 1]);
    }
    return new BanSettings(given);
  }

  @Override
  public int deviceFailures() {
    return number("device-failures", 10);
  }

  @Override
  public int addressFailures() {
    return number("address-failures", 100);
  }

  @Override
  public Duration window() {
    return Duration.ofMinutes(1);
  }

  @Override
  public Duration first() {
    return Duration.ofMinutes(1);
  }

  @Override
  public Duration longest() {
    return Duration.ofMinutes(15);
  }

  @Override
  public int most() {
    return number("most", 10_000);
  }

  @Override
  public List<String> never() {
    return List.of(given.getOrDefault("never", "127.0.0.0/8,::1").split(","));
  }

  private int number(String name, int otherwise) {
    return Integer.parseInt(given.getOrDefault(name, Integer.toString(otherwise)));
  }
}
