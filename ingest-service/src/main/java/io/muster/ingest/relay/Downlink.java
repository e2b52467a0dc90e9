package io.muster.ingest.relay;

import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DownwardTopic;

/** Takes what services say to devices to the connections of this replica. Thread-safe. */
public interface Downlink {

  /** Hands the message to whoever is connected here and subscribed; never waits for a device. */
  void deliver(DownwardMessage message);

  /**
   * A message of a service to a device.
   *
   * @param topic where it goes
   * @param payload never altered
   * @param qos as the service published it, 0 to 2
   * @param contentType or null
   * @param responseTopic or null
   * @param correlationData or null
   * @param userProperties in their order, trace context among them
   * @param messageExpirySeconds what is left, or -1 for never
   * @param payloadFormat 0 or 1, or null
   */
  record DownwardMessage(
      DownwardTopic topic,
      byte[] payload,
      int qos,
      String contentType,
      String responseTopic,
      byte[] correlationData,
      UserProperties userProperties,
      long messageExpirySeconds,
      Integer payloadFormat) {

    /** Without a payload format. */
    public DownwardMessage(
        DownwardTopic topic,
        byte[] payload,
        int qos,
        String contentType,
        String responseTopic,
        byte[] correlationData,
        UserProperties userProperties,
        long messageExpirySeconds) {
      this(
          topic,
          payload,
          qos,
          contentType,
          responseTopic,
          correlationData,
          userProperties,
          messageExpirySeconds,
          null);
    }
  }
}
