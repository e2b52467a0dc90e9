package io.muster.registry.events;

import io.muster.contract.event.RegistryEvent;
import io.muster.contract.event.RegistryEvent.GroupChanged;
import io.muster.contract.event.RegistryEvent.OfDevice;
import io.muster.contract.event.RegistryEvent.TenantDeleted;
import io.muster.contract.event.RegistryEvent.TenantSuspended;
import io.muster.contract.event.RegistryEvent.TenantUpdated;
import io.muster.contract.event.RegistryEvent.TokenKeyWithdrawn;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.muster.outbox.OutboxEntry;
import io.muster.rest.tracing.TraceProperties;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Tells the others what changed: written in the transaction of the change itself, so neither exists
 * without the other. Thread-safe.
 */
@ApplicationScoped
public class RegistryOutbox {
  /** What goes with a tenant or an authority may be a whole fleet. */
  private static final int BATCH = 100;

  private static final String MANY = Outbox.insert(BATCH);

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
                    .iterable(batches(events))
                    .onItem()
                    .transformToUniAndConcatenate(some -> insert(session, entries(some, trace)))
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
    return Outbox.append(transaction, entries(events, trace));
  }

  /** The current trace, for events that are written on another thread. */
  public static Map<String, String> trace() {
    return TraceProperties.current();
  }

  /** Of one size, and what is left one by one: so there are two statements and no more. */
  private static List<List<RegistryEvent>> batches(List<? extends RegistryEvent> events) {
    List<List<RegistryEvent>> batches = new ArrayList<>();
    int at = 0;
    for (; events.size() - at >= BATCH; at += BATCH) {
      batches.add(List.copyOf(events.subList(at, at + BATCH)));
    }
    for (; at < events.size(); at++) {
      batches.add(List.of(events.get(at)));
    }
    return batches;
  }

  private List<OutboxEntry> entries(
      List<? extends RegistryEvent> events, Map<String, String> trace) {
    return events.stream().map(event -> entry(event, trace)).toList();
  }

  private OutboxEntry entry(RegistryEvent event, Map<String, String> trace) {
    return OutboxEntry.event(ids.next(), topic(event), event, clock.instant(), trace);
  }

  private static PlatformTopic topic(RegistryEvent event) {
    return switch (event) {
      case OfDevice it -> PlatformTopic.of(ServiceName.REGISTRY, it.event(), it.device());
      case TenantDeleted it -> PlatformTopic.of(ServiceName.REGISTRY, it.event(), it.tenant());
      case TenantSuspended it -> PlatformTopic.of(ServiceName.REGISTRY, it.event(), it.tenant());
      case GroupChanged it -> PlatformTopic.of(ServiceName.REGISTRY, it.event(), it.tenant());
      case TokenKeyWithdrawn it -> PlatformTopic.of(ServiceName.REGISTRY, it.event(), it.tenant());
      case TenantUpdated it -> PlatformTopic.of(ServiceName.REGISTRY, it.event(), it.tenant());
    };
  }

  private static Uni<Integer> insert(Mutiny.Session session, List<OutboxEntry> entries) {
    var query = session.createNativeQuery(entries.size() == 1 ? Outbox.INSERT_ONE : MANY);
    int parameter = 1;
    for (var entry : entries) {
      for (var value : Outbox.row(entry)) {
        query.setParameter(parameter++, value);
      }
    }
    return query.executeUpdate();
  }
}
