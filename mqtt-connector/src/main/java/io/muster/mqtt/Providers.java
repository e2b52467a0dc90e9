package io.muster.mqtt;

/** The application's own parts of a channel, by the names that its attributes give. */
interface Providers {
  /**
   * @throws IllegalArgumentException when there is none or more than one
   */
  MqttCredentials credentials(String channel, String identifier);

  /**
   * @throws IllegalArgumentException when there is none or more than one
   */
  MqttClientIdentity identity(String channel, String identifier);

  /**
   * @throws IllegalArgumentException when there is none or more than one
   */
  DeadLetterSink deadLetterSink(String channel, String identifier);
}
