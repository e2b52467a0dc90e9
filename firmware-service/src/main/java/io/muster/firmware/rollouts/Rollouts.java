package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.AuditLog;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.Distribution;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.distributions.Releases;
import io.muster.outbox.EventIds;
import io.muster.rest.audit.Author;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.RefusedQuestionException;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Makes rollouts. Waits; thread-safe. */
@ApplicationScoped
class Rollouts {
  private final Database database;
  private final TargetLookup lookup;
  private final AuditLog audit;
  private final RolloutsConfig config;
  private final Clock clock;
  private final EventIds ids;

  Rollouts(
      Database database, TargetLookup lookup, AuditLog audit, RolloutsConfig config, Clock clock) {
    this.database = database;
    this.lookup = lookup;
    this.audit = audit;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  private record Made(UUID id, boolean isNew) {}

  /**
   * Makes a rollout that begins when it is approved, started and due; gives its id, for a repeated
   * request the same. 503 when nobody says whether there is such a group or filter.
   */
  UUID make(TenantId tenant, RolloutBody body, Optional<IdempotencyKey> key, Author by) {
    var rollout = NewRollout.read(body, config, clock.instant());
    var known = database.use(db -> earlier(db, tenant, key, rollout));
    if (known.isPresent()) {
      return known.get();
    }
    var distribution = distribution(tenant, body.distribution());
    requireTargets(tenant, body.targets());
    var id = ids.next();
    var entry = new AuditEntry("rollout-created", tenant, "rollouts/" + id);
    var made =
        database.inTransaction(
            db -> {
              NewRollouts.lockTenant(db, tenant);
              var meanwhile = earlier(db, tenant, key, rollout);
              if (meanwhile.isPresent()) {
                return new Made(meanwhile.get(), false);
              }
              NewRollouts.checkRoom(db, tenant, config.openPerTenant());
              requireStillThere(db, tenant, distribution);
              NewRollouts.forgetKeys(db, tenant, keysKeptSince());
              NewRollouts.insert(
                  db, entry(db, tenant, id, rollout, distribution, key), by, clock.instant());
              audit.write(db, entry, by);
              return new Made(id, true);
            });
    if (made.isNew()) {
      audit.tell(entry, by);
    }
    return made.id();
  }

  private static NewRollouts.Entry entry(
      Sql db,
      TenantId tenant,
      UUID id,
      NewRollout rollout,
      Distribution distribution,
      Optional<IdempotencyKey> key) {
    var body = rollout.body();
    var isApproved =
        !Boolean.TRUE.equals(body.approvalRequired())
            && !RolloutSettings.read(db, tenant).approvalRequired();
    return new NewRollouts.Entry(
        id,
        tenant,
        body.name(),
        body.description(),
        distribution.key(),
        null,
        body.plan(),
        !isApproved,
        isApproved ? RolloutActions.begin(Plan.of(body.plan())) : RolloutState.WAITING_FOR_APPROVAL,
        key.map(IdempotencyKey::value).orElse(null),
        rollout.requestSha256());
  }

  /** What devices are to get: released, and the tenant's. */
  Distribution distribution(TenantId tenant, UUID id) {
    return database.use(db -> distribution(db, tenant, id));
  }

  private static Distribution distribution(Sql db, TenantId tenant, UUID id) {
    var found =
        DistributionTable.find(db, tenant, id)
            .orElseThrow(() -> wrong("/distribution", "is no distribution of the tenant"));
    Releases.require(db, tenant, found);
    return found;
  }

  /** Nobody deletes or withdraws it until the end of the transaction. */
  private static void requireStillThere(Sql db, TenantId tenant, Distribution distribution) {
    if (!DistributionTable.hold(db, distribution.key())) {
      distribution(db, tenant, distribution.id());
      throw wrong("/distribution", "is no distribution of the tenant");
    }
  }

  private void requireTargets(TenantId tenant, TargetsBody targets) {
    try {
      lookup.check(tenant, Targets.of(targets));
    } catch (NeighbourAwayException away) {
      throw away();
    } catch (RefusedQuestionException refused) {
      throw refused(targets, refused);
    }
  }

  static RuntimeException away() {
    return new Refusal.Unavailable("The registry does not say which devices there are")
        .asException();
  }

  static RuntimeException refused(TargetsBody targets, RefusedQuestionException refused) {
    return wrong(
        targets.group() != null ? "/targets/group" : "/targets/filter", refused.getMessage());
  }

  private Optional<UUID> earlier(
      Sql db, TenantId tenant, Optional<IdempotencyKey> key, NewRollout rollout) {
    return key.flatMap(
        it ->
            NewRollouts.earlier(db, tenant, it.value(), rollout.requestSha256(), keysKeptSince()));
  }

  private Instant keysKeptSince() {
    return clock.instant().minus(config.idempotencyKept());
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
