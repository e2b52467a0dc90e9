package io.muster.ingest.endpoint.up;

import io.muster.contract.message.CarriedProperties;
import io.muster.ingest.endpoint.packets.Properties;
import java.time.Instant;

/** Reads what of a publish goes on to the services (MQTT 5 §3.3.2.3). Stateless. */
public final class Carried {
  private Carried() {}

  /** Of a publish that came at that time. */
  public static CarriedProperties of(Properties properties, Instant receivedAt) {
    var expiry = properties.messageExpirySeconds();
    var expiresAt = expiry == Properties.ABSENT ? null : receivedAt.plusSeconds(expiry);
    var carried = withoutExpiry(properties);
    return expiresAt == null
        ? carried
        : new CarriedProperties(carried.payloadFormat(), carried.correlationData(), expiresAt);
  }

  /** Of a will, whose expiry begins with its publication (MQTT 5 §3.1.3.2.4). */
  public static CarriedProperties withoutExpiry(Properties properties) {
    var format = properties.payloadFormatIndicator();
    var correlation = properties.correlationData();
    return format == Properties.ABSENT && correlation == null
        ? CarriedProperties.NONE
        : new CarriedProperties(format == Properties.ABSENT ? null : format, correlation, null);
  }
}
