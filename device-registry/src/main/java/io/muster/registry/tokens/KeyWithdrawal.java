package io.muster.registry.tokens;

import io.muster.contract.event.RegistryEvent.TokenKeyWithdrawn;
import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditLog;
import io.muster.registry.events.Changes;
import io.muster.registry.events.RegistryOutbox;
import io.muster.rest.problem.Refusal;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

/**
 * Takes a key back before its time. It is the whole platform's, and events are a tenant's, so each
 * tenant is told. Thread-safe.
 */
@ApplicationScoped
class KeyWithdrawal {
  private static final String DELETE = "DELETE FROM token_key WHERE id = ?1";
  private static final String TENANTS = "SELECT id FROM tenant ORDER BY id";

  private final TokenKeys keys;
  private final RegistryOutbox outbox;
  private final Changes changes;
  private final AuditLog audit;

  KeyWithdrawal(TokenKeys keys, RegistryOutbox outbox, Changes changes, AuditLog audit) {
    this.keys = keys;
    this.outbox = outbox;
    this.changes = changes;
    this.audit = audit;
  }

  /**
   * Nothing that it signed is believed any more.
   *
   * @return fails with 404 when there is no such key
   */
  Uni<Void> withdraw(UUID id) {
    return changes
        .inTransaction(
            () ->
                delete(id)
                    .chain(this::tenants)
                    .chain(all -> outbox.append(events(all, id)))
                    .chain(
                        () ->
                            audit.writeToAll("device-token-key-withdrawn", "device-tokens/" + id)))
        .invoke(keys::forget);
  }

  private Uni<Void> delete(UUID id) {
    return Panache.getSession()
        .chain(session -> session.createNativeQuery(DELETE).setParameter(1, id).executeUpdate())
        .invoke(
            rows -> {
              if (rows == 0) {
                throw new Refusal.Absent("There is no key '%s'.".formatted(id)).asException();
              }
            })
        .replaceWithVoid();
  }

  private Uni<List<String>> tenants() {
    return Panache.getSession()
        .chain(session -> session.createNativeQuery(TENANTS, String.class).getResultList());
  }

  private static List<TokenKeyWithdrawn> events(List<String> tenants, UUID key) {
    return tenants.stream().map(it -> new TokenKeyWithdrawn(new TenantId(it), key)).toList();
  }
}
