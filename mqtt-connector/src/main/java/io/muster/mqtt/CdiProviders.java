package io.muster.mqtt;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Instance;

/** CDI beans with an {@code @Identifier}. */
record CdiProviders(
    Instance<MqttCredentials> logins,
    Instance<MqttClientIdentity> identities,
    Instance<DeadLetterSink> sinks)
    implements Providers {

  @Override
  public MqttCredentials credentials(String channel, String identifier) {
    return select(logins, channel, "credentials", identifier);
  }

  @Override
  public MqttClientIdentity identity(String channel, String identifier) {
    return select(identities, channel, "client-id-provider", identifier);
  }

  @Override
  public DeadLetterSink deadLetterSink(String channel, String identifier) {
    return select(sinks, channel, "dead-letter-sink", identifier);
  }

  private static <T> T select(
      Instance<T> beans, String channel, String attribute, String identifier) {
    var selected = beans.select(Identifier.Literal.of(identifier));
    if (!selected.isResolvable()) {
      throw Invalid.attribute(
          channel, attribute, "names no single bean with @Identifier(\"" + identifier + "\")");
    }
    return selected.get();
  }
}
