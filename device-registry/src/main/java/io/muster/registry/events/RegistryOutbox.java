package io.muster.registry.events;

import io.muster.contract.event.RegistryEvent;
import io.muster.contract.event.RegistryEvent.GroupChanged;
import io.muster.contract.event.RegistryEvent.OfDevice;
import io.muster.contract.event.RegistryEvent.TenantSuspended;
import io.muster.contract.event.RegistryEvent.TenantUpdated;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.muster.outbox.OutboxEntry;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Tells the others what changed: written in the transaction of the change itself, so neither exists
 * without the other. Thread-safe.
 */
@ApplicationScoped
public class RegistryOutbox {
  private final Clock clock;
  private final EventIds ids;

  RegistryOutbox(Clock clock) {
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /** Writes one event in the current transaction. */
  public Uni<Void> append(RegistryEvent event) {
    return append(List.of(event));
  }

  /** Writes events in order in the current transaction. */
  public Uni<Void> append(List<? extends RegistryEvent> events) {
    var trace = TraceProperties.current();
    return Panache.getSession()
        .chain(
            session ->
                Multi.createFrom()
                    .iterable(events)
                    .onItem()
                    .transformToUniAndConcatenate(event -> insert(session, entry(event, trace)))
                    .collect()
                    .last()
                    .replaceWithVoid());
  }

  /**
   * Writes many events in order, past Hibernate.
   *
   * @param transaction the connection on which the change's transaction is open
   * @param trace of the request that caused them, from {@link #trace}
   */
  public Uni<Integer> append(
      SqlClient transaction, List<? extends RegistryEvent> events, Map<String, String> trace) {
    return Outbox.append(transaction, events.stream().map(it -> entry(it, trace)).toList());
  }

  /** The current trace, for events that are written on another thread. */
  public static Map<String, String> trace() {
    return TraceProperties.current();
  }

  private OutboxEntry entry(RegistryEvent event, Map<String, String> trace) {
    return OutboxEntry.event(ids.next(), topic(event), event, clock.instant(), trace);
  }

  private static PlatformTopic topic(RegistryEvent event) {
    return switch (event) {
      case OfDevice it -> PlatformTopic.of(ServiceName.REGISTRY, it.event(), it.device());
      case TenantSuspended it -> PlatformTopic.of(ServiceName.REGISTRY, it.event(), it.tenant());
      case GroupChanged it -> PlatformTopic.of(ServiceName.REGISTRY, it.event(), it.tenant());
      case TenantUpdated it -> PlatformTopic.of(ServiceName.REGISTRY, it.event(), it.tenant());
    };
  }

  private static Uni<Integer> insert(Mutiny.Session session, OutboxEntry entry) {
    var query = session.createNativeQuery(Outbox.INSERT_ONE);
    var values = Outbox.row(entry);
    for (int i = 0; i < values.length; i++) {
      query.setParameter(i + 1, values[i]);
    }
    return query.executeUpdate();
  }
}
