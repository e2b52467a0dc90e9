package io.muster.contract.message;

import java.time.Instant;

/**
 * What of a PUBLISH goes on unaltered to whoever gets the message (MQTT 5 §3.3.2.3), beside its
 * content type and its user properties.
 *
 * @param payloadFormat 0 for bytes, 1 for UTF-8, or null
 * @param correlationData or null; not to be changed
 * @param expiresAt when the message is of no use any more, or null for never
 */
public record CarriedProperties(Integer payloadFormat, byte[] correlationData, Instant expiresAt) {
  public static final CarriedProperties NONE = new CarriedProperties(null, null, null);

  public CarriedProperties {
    if (payloadFormat != null && (payloadFormat < 0 || payloadFormat > 1)) {
      throw new IllegalArgumentException("a payload format is 0 or 1");
    }
  }

  /** The same for a message that never expires. */
  public CarriedProperties withoutExpiry() {
    return expiresAt == null ? this : new CarriedProperties(payloadFormat, correlationData, null);
  }

  /** What they hold in memory. */
  public int heldBytes() {
    return correlationData == null ? 0 : correlationData.length;
  }
}
