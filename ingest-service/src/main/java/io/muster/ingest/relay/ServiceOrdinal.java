package io.muster.ingest.relay;

import io.muster.mqtt.MqttClientIdentity;
import io.muster.outbox.InstanceName;
import io.muster.outbox.LeaseSettings;
import io.muster.outbox.OrdinalLease;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Default;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Which instance of ingest this is: the ordinal in {@code service:ingest:{ordinal}}. Each channel
 * has a connection of its own, so the channel's name follows, after that of the {@link Site} where
 * there is one. Thread-safe.
 */
@ApplicationScoped
@Default // for InstanceOrdinal; an identifier alone would take the default away
@Identifier(ServiceOrdinal.PROVIDER) class ServiceOrdinal implements MqttClientIdentity, InstanceOrdinal {
  /** What a channel names in {@code client-id-provider}. */
  static final String PROVIDER = "service-ordinal";

  private static final Logger LOG = Logger.getLogger(ServiceOrdinal.class);

  private final OrdinalLease lease;
  private final Site site;

  ServiceOrdinal(Pool pool, RelayConfig config) {
    var renewal = config.ordinalLease().dividedBy(3);
    this.site = new Site(config.site().orElse(""));
    this.lease =
        new OrdinalLease(
            pool,
            InstanceName.of(config.replica(), "localhost"),
            new LeaseSettings(config.ordinalLease(), renewal, Duration.ofSeconds(5)),
            // Whoever has the old one now throws our connections off; they come back with this.
            ordinal -> LOG.warnf("From the next connection on this is instance %d", ordinal));
  }

  void start(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) StartupEvent started) {
    lease.start();
  }

  @Override
  public int ordinal() {
    return lease.ordinal();
  }

  @Override
  public String clientIdentifier(String channel) {
    return site.clientIdentifier(ordinal(), channel);
  }

  @PreDestroy
  void close() {
    lease.close();
  }
}
