package io.muster.ingest.sessions;

import io.muster.contract.message.UserProperties;
import java.time.Instant;
import java.util.List;

/**
 * A QoS 2 message to a device whose exchange is not over (MQTT 5 §4.3.3).
 *
 * @param packetIdentifier 1 to 65,535
 * @param message null once the client has taken it (PUBREC) and has only to forget the identifier
 */
public record OutgoingMessage(int packetIdentifier, Message message) {

  /**
   * What is sent, and sent again.
   *
   * @param topic the topic name between the services
   * @param payload never altered
   * @param payloadFormat 0 or 1, or null
   * @param contentType or null
   * @param responseTopic or null
   * @param correlationData or null
   * @param userProperties in their order
   * @param subscriptionIdentifiers of the subscriptions that wanted it
   * @param expiresAt or null for never
   */
  public record Message(
      String topic,
      byte[] payload,
      Integer payloadFormat,
      String contentType,
      String responseTopic,
      byte[] correlationData,
      UserProperties userProperties,
      List<Integer> subscriptionIdentifiers,
      Instant expiresAt) {
    public Message {
      subscriptionIdentifiers = List.copyOf(subscriptionIdentifiers);
    }
  }
}
