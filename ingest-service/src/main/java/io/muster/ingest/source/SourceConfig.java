package io.muster.ingest.source;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Where telemetry and events come from, besides the device endpoint. */
@ConfigMapping(prefix = "muster.ingest")
public interface SourceConfig {

  /** What feeds the store. */
  enum Source {
    /** The device endpoint alone. */
    ENDPOINT,
    /**
     * A broker of others too. To have nothing but that, switch the endpoint's ports off ({@code
     * muster.endpoint.port=-1}, {@code muster.endpoint.tls.port=-1}).
     */
    BROKER
  }

  /** {@code endpoint} or {@code broker}. */
  @WithDefault("endpoint")
  Source source();

  /** The broker of others, any that speaks MQTT 5 and knows shared subscriptions. */
  Broker broker();

  /** The broker of others. */
  interface Broker {

    /** {@code mqtt://host:port} or {@code mqtts://host:port}. */
    @WithDefault("mqtt://127.0.0.1:1883")
    String url();

    /** The user name, if it wants one. */
    Optional<String> username();

    /** File with the password, read at each connection. */
    Optional<String> passwordFile();

    /**
     * The beginning of the client identifier; {@code -} and the instance's ordinal follow, so that
     * a restarted instance finds its session again.
     */
    @WithDefault("muster-ingest")
    String clientIdPrefix();

    /** The group of the shared subscription. */
    @WithDefault("muster-ingest")
    String sharedGroup();

    /**
     * The most messages that are not acknowledged, and with it what is in memory. HiveMQ CE 2025.5
     * that allows 20,000 and is asked for as many loses what was under way when an instance ends
     * hard under load; 2,000 it survives.
     */
    @WithDefault("2000")
    @Min(1) @Max(65_535) int receiveMaximum();

    /** How long the broker keeps the session of an instance that is away; whole seconds. */
    @WithDefault("24h")
    Duration sessionExpiry();

    /**
     * Further attributes of the connector {@code muster-mqtt} ({@code ca-file}, {@code keep-alive},
     * a fixed {@code client-id}, …); they come before those above.
     */
    Map<String, String> attributes();

    /**
     * Whether the broker's word is enough that a device exists; else the registry is asked, and a
     * message of a device that it does not know, or that is disabled, becomes a dead letter.
     */
    @WithDefault("false")
    boolean trustDevices();

    /** With the registry away devices are believed; how long until it is asked again. */
    @WithDefault("5s")
    Duration recheckAfter();

    /** In whose dead letters a message goes whose topic names no device: {@code device@tenant}. */
    @WithDefault("unknown@muster-strays")
    String strays();
  }
}
