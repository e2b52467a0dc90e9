package io.muster.ingest.source;

import io.muster.ingest.relay.InstanceOrdinal;
import io.muster.mqtt.MqttClientIdentity;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;

/** Who this instance is at the broker of others: {@code muster-ingest-0} and so on. */
@ApplicationScoped
@Identifier(SourceIdentity.PROVIDER) class SourceIdentity implements MqttClientIdentity {
  static final String PROVIDER = "source-identity";

  private final InstanceOrdinal instance;
  private final SourceConfig config;

  SourceIdentity(InstanceOrdinal instance, SourceConfig config) {
    this.instance = instance;
    this.config = config;
  }

  @Override
  public String clientIdentifier(String channel) {
    return config.broker().clientIdPrefix() + "-" + instance.ordinal();
  }
}
