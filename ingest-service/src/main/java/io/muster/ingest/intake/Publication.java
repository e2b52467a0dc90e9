package io.muster.ingest.intake;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DeviceTopic;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.Map;

/**
 * A publish that was admitted and authorised, on its way to the store. It is immutable, and whoever
 * holds it must not change the payload's bytes.
 *
 * @param topic under which it was published; the device in it is the one it is about
 * @param publisher who published it: the device itself or its gateway
 * @param payload the payload as received
 * @param qos as received, 0 to 2
 * @param retain as received; only on presence
 * @param contentType MQTT 5 content type, or null
 * @param userProperties MQTT 5 user properties, as they came
 * @param receivedAt when the endpoint had read it
 * @param exactlyOnce where its packet identifier must be remembered with it (QoS 2 of a persistent
 *     session), or null
 * @param trace the span that began with its arrival
 * @param carried what else goes on with a message to the services; it means nothing for what is
 *     stored, so that a reading is kept however long it took to come
 */
public record Publication(
    DeviceTopic topic,
    DeviceAddress publisher,
    byte[] payload,
    int qos,
    boolean retain,
    String contentType,
    UserProperties userProperties,
    Instant receivedAt,
    ExactlyOnce exactlyOnce,
    Context trace,
    CarriedProperties carried) {

  /** With user properties that come once, in any order, and nothing else to carry. */
  public Publication(
      DeviceTopic topic,
      DeviceAddress publisher,
      byte[] payload,
      int qos,
      boolean retain,
      String contentType,
      Map<String, String> userProperties,
      Instant receivedAt,
      ExactlyOnce exactlyOnce,
      Context trace) {
    this(
        topic,
        publisher,
        payload,
        qos,
        retain,
        contentType,
        UserProperties.of(userProperties),
        receivedAt,
        exactlyOnce,
        trace,
        CarriedProperties.NONE);
  }

  /**
   * What it holds in memory beside its topic name, at most about; strings may take two bytes for
   * each character. Whoever counts what waits counts this, so that all mean the same.
   */
  public int heldBytes() {
    var bytes = payload.length + userProperties.heldBytes() + carried.heldBytes();
    if (contentType != null) {
      bytes += 2 * contentType.length();
    }
    return bytes;
  }

  /**
   * A QoS 2 identifier that awaits its PUBREL (MQTT 5 §4.3.3). It is written in the transaction
   * that stores the message; when it is already there the message is a repetition and is not stored
   * again.
   *
   * @param sessionKey the session's row
   * @param epoch the connection over which it came: what comes late of an earlier one must not be
   *     remembered when the client has released it over a later one
   * @param packetIdentifier 1 to 65,535
   */
  public record ExactlyOnce(long sessionKey, long epoch, int packetIdentifier) {

    /** What the same message has in common over all of the session's connections. */
    ExactlyOnce withoutEpoch() {
      return new ExactlyOnce(sessionKey, 0, packetIdentifier);
    }
  }
}
