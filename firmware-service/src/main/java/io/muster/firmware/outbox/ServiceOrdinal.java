package io.muster.firmware.outbox;

import io.muster.contract.id.ServiceName;
import io.muster.mqtt.MqttClientIdentity;
import io.muster.outbox.LeaseSettings;
import io.muster.outbox.OrdinalLease;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
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
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final OrdinalLease lease;

  ServiceOrdinal(Pool pool, OutboxConfig config) {
    this.lease =
        new OrdinalLease(
            pool,
            config.replica().orElseGet(ServiceOrdinal::hostName),
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
    var first = lease.whenLeased().await().atMost(PATIENCE);
    return ServiceName.FIRMWARE.clientIdentifier(lease.current().orElse(first)) + ":" + channel;
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return "firmware";
    }
  }
}
