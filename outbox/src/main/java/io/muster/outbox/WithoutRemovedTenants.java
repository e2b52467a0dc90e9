package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.topic.PlatformTopic;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Leaves out of a log what is about tenants that were deleted: it would be written down for nobody,
 * and only be removed again. Needs the table of {@link OutboxSchema#tenantRemoval()}.
 */
public final class WithoutRemovedTenants implements SharedEffects.Reader {
  private static final String PLATFORM = "platform/";

  private final SharedEffects.Reader reader;

  public WithoutRemovedTenants(SharedEffects.Reader reader) {
    this.reader = reader;
  }

  @Override
  public boolean wants(OutboxEvent event) {
    return reader.wants(event);
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
    var tenants =
        events.stream()
            .flatMap(event -> tenant(event.topic()).stream())
            .collect(Collectors.toSet());
    return RemovalTable.among(transaction, tenants)
        .chain(
            removed ->
                removed.isEmpty()
                    ? reader.apply(transaction, events)
                    : applyOthers(transaction, events, new HashSet<>(removed)));
  }

  private Uni<Void> applyOthers(
      SqlConnection transaction, List<OutboxEvent> events, Set<String> removed) {
    var others =
        events.stream()
            .filter(event -> tenant(event.topic()).filter(removed::contains).isEmpty())
            .toList();
    return others.isEmpty() ? Uni.createFrom().voidItem() : reader.apply(transaction, others);
  }

  @Override
  public void leftOut(OutboxEvent event) {
    reader.leftOut(event);
  }

  @Override
  public Uni<Void> startOver(SqlConnection transaction) {
    return reader.startOver(transaction);
  }

  /** Every topic of a device has its tenant in the second level. */
  private static Optional<String> tenant(String topic) {
    if (topic.startsWith(PLATFORM)) {
      return PlatformTopic.parse(topic).map(it -> it.tenant().value());
    }
    var levels = topic.split("/", 3);
    return levels.length < 2 ? Optional.empty() : Optional.of(levels[1]);
  }
}
