package io.muster.benchmarks;

import io.muster.benchmarks.load.Pace;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options that say how the load generator behaves; the same for every command. */
final class TargetOptions {
  @Option(
      names = "--mqtt",
      defaultValue = "5",
      converter = VersionConverter.class,
      description = "MQTT version: 5 or 3.1.1 (default ${DEFAULT-VALUE})")
  private MqttVersion version;

  @Option(
      names = "--window",
      defaultValue = "1000",
      description =
          "most messages in flight on a connection; the server's Receive Maximum narrows it"
              + " (default ${DEFAULT-VALUE})")
  private int window;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description = "threads of the load generator (default ${DEFAULT-VALUE})")
  private int threads;

  @Option(
      names = "--drain",
      defaultValue = "30s",
      converter = DurationConverter.class,
      description = "how long the last PUBACK may take (default ${DEFAULT-VALUE})")
  private Duration drain;

  MqttVersion version() {
    return version;
  }

  /** For the report. */
  String versionName() {
    return version == MqttVersion.MQTT_5 ? "MQTT 5" : "MQTT 3.1.1";
  }

  int window() {
    return window;
  }

  int threads() {
    return threads;
  }

  Duration drain() {
    return drain;
  }

  /**
   * @param messagesPerSecond null for as fast as the server acknowledges
   */
  static Pace pace(Double messagesPerSecond) {
    return messagesPerSecond == null
        ? new Pace.AsAcknowledged()
        : new Pace.FixedRate(messagesPerSecond);
  }

  /** MQTT's versions as people call them. */
  static final class VersionConverter implements ITypeConverter<MqttVersion> {
    private static final Map<String, MqttVersion> VERSIONS =
        Map.of(
            "5", MqttVersion.MQTT_5,
            "5.0", MqttVersion.MQTT_5,
            "3.1.1", MqttVersion.MQTT_3_1_1);

    @Override
    public MqttVersion convert(String value) {
      var version = VERSIONS.get(value);
      if (version == null) {
        throw new TypeConversionException("'" + value + "' is neither 5 nor 3.1.1");
      }
      return version;
    }
  }
}
