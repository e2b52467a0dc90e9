package io.muster.firmware.outbox;

import io.muster.contract.id.ServiceName;
import io.muster.mqtt.MqttClientIdentity;
import io.muster.outbox.InstanceName;
import io.muster.outbox.LeaseSettings;
import io.muster.outbox.OrdinalLease;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/**
 * Which instance this is at the broker: {@code service:firmware:{ordinal}:{channel}}, since each
 * channel has a connection of its own. Thread-safe.
 */
@ApplicationScoped
@Identifier(ServiceOrdinal.NAME) class ServiceOrdinal implements MqttClientIdentity {
  /** How a channel refers to it. */
  static final String NAME = "service-ordinal";

  private static final Logger LOG = Logger.getLogger(ServiceOrdinal.class);

  private final OrdinalLease lease;

  ServiceOrdinal(Pool pool, OutboxConfig config) {
    this.lease =
        new OrdinalLease(
            pool,
            InstanceName.of(config.replica(), "firmware"),
            LeaseSettings.defaults(),
            ordinal -> LOG.infof("Its next connection to the broker has ordinal %d", ordinal));
  }

  void start(@Observes StartupEvent started) {
    lease.start();
  }

  @PreDestroy
  void stop() {
    lease.close();
  }

  @Override
  public String clientIdentifier(String channel) {
    return ServiceName.FIRMWARE.clientIdentifier(lease.ordinal()) + ":" + channel;
  }
}
