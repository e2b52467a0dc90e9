package io.muster.ingest.endpoint;

import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * What one device, one tenant and all together may use of this replica. What a device may send in a
 * second and how large a payload may be is its tenant's, as the registry says. 0 is no limit.
 */
public interface LimitsConfig {

  /** Of one device, over all its connections. */
  Device device();

  /** Of the devices of one tenant together, each with a fair share of it. */
  Tenant tenant();

  /** Of all devices together, each tenant with a fair share of it. */
  Total total();

  /**
   * How long a device that sends more than it may is only read more slowly. Then, and when what it
   * sent already is more than it may send in that time, its messages are refused: with 0x97 at MQTT
   * 5; at 3.1.1 its connection is closed.
   */
  @WithDefault("5m")
  Duration patience();

  /** Of one device. */
  interface Device {
    /** Bytes of payloads, topic names and properties, averaged over ten seconds. */
    @WithDefault("16777216")
    @Min(0) long bytesPerSecond();

    /**
     * CONNECTs with a valid credential, averaged over ten seconds; the next is refused with 0x9F.
     * Two clients that throw each other off with one client identifier come to it.
     */
    @WithDefault("10")
    @Min(0) int connectsPerSecond();

    /** Messages on their way to the store; beyond it its connections are not read. */
    @WithDefault("8192")
    @Min(0) long inFlightMessages();

    /** Bytes on their way to the store. */
    @WithDefault("8388608")
    @Min(0) long inFlightBytes();

    /**
     * Subscriptions of its connections together; the next is refused with 0x97. One counts again
     * for each 128 characters of its filter.
     */
    @WithDefault("400")
    @Min(0) long subscriptions();
  }

  /** Of one tenant. */
  interface Tenant {
    /** Connections; the next CONNECT is refused with 0x97. */
    @WithDefault("0")
    @Min(0) int connections();

    /** Publishes, averaged over ten seconds. */
    @WithDefault("250000")
    @Min(0) long messagesPerSecond();

    /** Their bytes, averaged over ten seconds. */
    @WithDefault("268435456")
    @Min(0) long bytesPerSecond();

    /** Messages on their way to the store. */
    @WithDefault("500000")
    @Min(0) long inFlightMessages();

    /** Bytes on their way to the store; without it {@code muster.endpoint.up.memory-bytes}. */
    OptionalLong inFlightBytes();

    /** Subscriptions; the next is refused with 0x97. */
    @WithDefault("100000")
    @Min(0) long subscriptions();
  }

  /** Of all. */
  interface Total {
    /** Publishes, averaged over ten seconds. */
    @WithDefault("500000")
    @Min(0) long messagesPerSecond();

    /** Their bytes, averaged over ten seconds. */
    @WithDefault("536870912")
    @Min(0) long bytesPerSecond();

    /** Messages on their way to the store. */
    @WithDefault("1000000")
    @Min(0) long inFlightMessages();

    /** Bytes on their way to the store; without it {@code muster.endpoint.up.memory-bytes}. */
    OptionalLong inFlightBytes();

    /** Subscriptions; the next is refused with 0x97. */
    @WithDefault("200000")
    @Min(0) long subscriptions();
  }
}
