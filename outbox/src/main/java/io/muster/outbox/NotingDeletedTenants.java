package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.TenantId;
import io.muster.contract.topic.PlatformTopic;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/**
 * Takes out of the registry's log which tenants were deleted, in the transaction with the position,
 * and leaves the rest to another reader. Thread-safe as that one is.
 */
public final class NotingDeletedTenants implements SharedEffects.Reader {
  private static final String DELETED = "platform/registry/tenant-deleted/";

  private final SharedEffects.Reader others;
  private final TenantRemovals removals;

  public NotingDeletedTenants(SharedEffects.Reader others, TenantRemovals removals) {
    this.others = others;
    this.removals = removals;
  }

  @Override
  public boolean wants(OutboxEvent event) {
    return isDeletion(event) || others.wants(event);
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
    var gone = events.stream().filter(NotingDeletedTenants::isDeletion).toList();
    var rest = events.stream().filter(event -> !isDeletion(event)).toList();
    var applied = rest.isEmpty() ? Uni.createFrom().voidItem() : others.apply(transaction, rest);
    return applied.chain(() -> TenantRemovals.note(transaction, tenants(gone)));
  }

  @Override
  public void leftOut(OutboxEvent event) {
    others.leftOut(event);
  }

  /** Who was deleted meanwhile the registry still knows. */
  @Override
  public Uni<Void> startOver(SqlConnection transaction) {
    removals.reconcileSoon();
    return others.startOver(transaction);
  }

  private static List<TenantId> tenants(List<OutboxEvent> deletions) {
    return deletions.stream()
        .flatMap(event -> PlatformTopic.parse(event.topic()).stream())
        .map(PlatformTopic::tenant)
        .toList();
  }

  private static boolean isDeletion(OutboxEvent event) {
    return event.topic().startsWith(DELETED);
  }
}
