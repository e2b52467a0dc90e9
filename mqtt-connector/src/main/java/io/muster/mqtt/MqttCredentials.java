package io.muster.mqtt;

/**
 * Supplies the credentials of a channel, asked again at every CONNECT, so that a renewed token is
 * used at the next connection. A CDI bean with an {@code @Identifier}; the channel names it with
 * the attribute {@code credentials}.
 */
@FunctionalInterface
public interface MqttCredentials {
  /**
   * Called on a worker thread, so it may block, but no longer than a CONNECT is worth waiting for.
   * An exception counts as a failed attempt to connect, and the channel tries again later.
   *
   * @param channel the name of the channel that connects
   * @return what to send in CONNECT, never null
   */
  MqttLogin login(String channel);
}
