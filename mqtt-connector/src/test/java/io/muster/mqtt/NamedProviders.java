package io.muster.mqtt;

import java.util.HashMap;
import java.util.Map;

/** The parts that a test brings, by name. */
final class NamedProviders implements Providers {
  private final Map<String, Object> parts = new HashMap<>();

  NamedProviders with(String identifier, Object part) {
    parts.put(identifier, part);
    return this;
  }

  @Override
  public MqttCredentials credentials(String channel, String identifier) {
    return (MqttCredentials) parts.get(identifier);
  }

  @Override
  public MqttClientIdentity identity(String channel, String identifier) {
    return (MqttClientIdentity) parts.get(identifier);
  }

  @Override
  public DeadLetterSink deadLetterSink(String channel, String identifier) {
    return (DeadLetterSink) parts.get(identifier);
  }
}
