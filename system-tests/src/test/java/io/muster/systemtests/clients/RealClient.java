package io.muster.systemtests.clients;

import java.time.Duration;
import java.util.Optional;

/**
 * A client library that others wrote, unchanged, used as its documentation says. Makes one
 * connection and no other by itself. For one thread.
 */
interface RealClient extends AutoCloseable {

  /** A message that came. */
  record Received(String topicName, String payload, int qos) {}

  /**
   * Connects.
   *
   * @return whether the endpoint says that it has the session still
   * @throws Exception when the endpoint refuses, with the library's own words
   */
  boolean connect(Login login) throws Exception;

  /** Publishes and waits for all that the QoS promises. */
  void publish(String topicName, String payload, int qos) throws Exception;

  /**
   * Subscribes.
   *
   * @return the QoS that the endpoint grants
   */
  int subscribe(String topicFilter, int qos) throws Exception;

  /** Waits for a message, of which none is told twice. */
  Optional<Received> receive(Duration patience) throws Exception;

  /** Says goodbye where the connection stands, and gives everything back. */
  @Override
  void close() throws Exception;
}
