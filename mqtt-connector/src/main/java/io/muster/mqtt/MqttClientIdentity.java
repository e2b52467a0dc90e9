package io.muster.mqtt;

/**
 * Supplies the client identifier of a channel when it is not known before the application runs: an
 * ordinal leased in a database, for example. A CDI bean with an {@code @Identifier}; the channel
 * names it with the attribute {@code client-id-provider}.
 */
@FunctionalInterface
public interface MqttClientIdentity {
  /**
   * Called before every CONNECT on a worker thread, so it may block. It should return the same
   * value as long as it may: the session at the broker belongs to the client identifier. An
   * exception counts as a failed attempt to connect, and the channel tries again later.
   *
   * @param channel the name of the channel that connects
   * @return the client identifier, not empty
   */
  String clientIdentifier(String channel);
}
