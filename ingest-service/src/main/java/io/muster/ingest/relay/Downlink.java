package io.muster.ingest.relay;

import io.muster.contract.topic.DownwardTopic;
import java.util.Map;

/** Takes what services say to devices to the connections of this replica. Thread-safe. */
public interface Downlink {

  /** Hands the message to whoever is connected here and subscribed; never waits for a device. */
  void deliver(DownwardMessage message);

  /**
   * A message of a service to a device.
   *
   * @param topic where it goes
   * @param payload never altered
   * @param qos as the service published it, 0 or 1
   * @param contentType or null
   * @param responseTopic or null
   * @param correlationData or null
   * @param userProperties trace context among them
   * @param messageExpirySeconds what is left, or -1 for never
   */
  record DownwardMessage(
      DownwardTopic topic,
      byte[] payload,
      int qos,
      String contentType,
      String responseTopic,
      byte[] correlationData,
      Map<String, String> userProperties,
      long messageExpirySeconds) {}
}
