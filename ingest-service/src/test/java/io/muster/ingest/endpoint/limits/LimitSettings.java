package io.muster.ingest.endpoint.limits;

import io.muster.ingest.endpoint.LimitsConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;

/** The settings of limits, all but some at their defaults. */
final class LimitSettings {
  private LimitSettings() {}

  /**
   * @param settings names without the prefix, each with its value behind it
   */
  static LimitsConfig limits(String... settings) {
    return config(LimitsConfig.class, settings);
  }

  private static <T> T config(Class<T> mapping, String... settings) {
    var all = new HashMap<String, String>();
    for (int i = 0; i < settings.length; i += 2) {
      all.put("test." + settings[i], settings[i + 1]);
    }
    return new SmallRyeConfigBuilder()
        .withConverter(Duration.class, 200, new DurationConverter())
        .withMapping(mapping, "test")
        .withDefaultValues(all)
        .build()
        .getConfigMapping(mapping, "test");
  }
}
