package io.muster.firmware.distributions;

import io.muster.contract.id.TenantId;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.artifacts.ArtifactTable;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.problem.ConflictKind;
import io.muster.outbox.EventIds;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Makes, releases and deletes software modules and distributions. Waits; thread-safe. */
@ApplicationScoped
public class Distributions {
  private final Database database;
  private final Changes changes;
  private final DistributionConfig config;
  private final Clock clock;
  private final EventIds ids;

  Distributions(Database database, Changes changes, DistributionConfig config, Clock clock) {
    this.database = database;
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  SoftwareModule makeModule(TenantId tenant, ModuleBody body, Author by) {
    requireDistinct("/artifacts", body.artifacts());
    return changes.audited(
        by,
        made -> new AuditEntry("software-module-created", tenant, "software-modules/" + made.id()),
        db -> {
          lock(db, tenant);
          requireFree(ModuleTable.isTaken(db, tenant, body.name(), body.version()));
          requireRoom(
              ModuleTable.count(db, tenant),
              "software modules of the tenant",
              config.modulesPerTenant());
          var artifacts = artifacts(db, tenant, body.artifacts());
          var id = ids.next();
          ModuleTable.insert(db, id, tenant, body, artifacts, clock.instant(), by.subject());
          return ModuleTable.find(db, tenant, id).orElseThrow();
        });
  }

  Distribution make(TenantId tenant, DistributionBody body, Author by) {
    requireDistinct("/modules", body.modules());
    return changes.audited(
        by,
        made -> new AuditEntry("distribution-created", tenant, "distributions/" + made.id()),
        db -> {
          lock(db, tenant);
          requireFree(DistributionTable.isTaken(db, tenant, body.name(), body.version()));
          requireRoom(
              DistributionTable.count(db, tenant),
              "distributions of the tenant",
              config.perTenant());
          var modules = modules(db, tenant, body.modules());
          var id = ids.next();
          DistributionTable.insert(db, id, tenant, body, modules, clock.instant(), by.subject());
          return DistributionTable.find(db, tenant, id).orElseThrow();
        });
  }

  /**
   * Lets devices get it: each artifact has a valid signature by now, unless the tenant does not
   * demand one. Again it changes nothing, unless it was withdrawn.
   */
  public Distribution release(TenantId tenant, UUID id, Author by) {
    return changes.auditedIfAny(
            by,
            done ->
                done.isNew
                    ? Optional.of(
                        new AuditEntry("distribution-released", tenant, "distributions/" + id))
                    : Optional.empty(),
            db -> {
              lock(db, tenant);
              var found = DistributionTable.find(db, tenant, id).orElseThrow(Distributions::absent);
              if (found.isReleased()) {
                return new Released(found, false);
              }
              Releases.requireSignatures(db, tenant, found);
              DistributionTable.release(db, found.key(), clock.instant(), by.subject());
              return new Released(DistributionTable.find(db, tenant, id).orElseThrow(), true);
            })
        .distribution;
  }

  /**
   * Takes a released one out of circulation: nobody is given it any more, its rollouts stop, and
   * devices that have not seen it do not get it. Who has it keeps it. Again it changes nothing.
   */
  public Distribution withdraw(TenantId tenant, UUID id, Author by) {
    return changes.auditedIfAny(
            by,
            done ->
                done.isNew
                    ? Optional.of(
                        new AuditEntry("distribution-withdrawn", tenant, "distributions/" + id))
                    : Optional.empty(),
            db -> {
              lock(db, tenant);
              var found = DistributionTable.find(db, tenant, id).orElseThrow(Distributions::absent);
              if (found.isWithdrawn()) {
                return new Released(found, false);
              }
              if (!found.isReleased()) {
                throw Releases.notReleased();
              }
              DistributionTable.withdraw(db, found.key(), clock.instant(), by.subject());
              return new Released(DistributionTable.find(db, tenant, id).orElseThrow(), true);
            })
        .distribution;
  }

  private record Released(Distribution distribution, boolean isNew) {}

  SoftwareModule module(TenantId tenant, UUID id) {
    return database
        .use(db -> ModuleTable.find(db, tenant, id))
        .orElseThrow(Distributions::absentModule);
  }

  List<SoftwareModule> modules(TenantId tenant, long before, String name, int limit) {
    return database.use(db -> ModuleTable.list(db, tenant, before, name, limit));
  }

  /** A tenant's distribution; 404 when there is none. */
  public Distribution find(TenantId tenant, UUID id) {
    return database
        .use(db -> DistributionTable.find(db, tenant, id))
        .orElseThrow(Distributions::absent);
  }

  List<Distribution> list(TenantId tenant, long before, String name, int limit) {
    return database.use(db -> DistributionTable.list(db, tenant, before, name, limit));
  }

  void deleteModule(TenantId tenant, UUID id, Author by) {
    changes.audited(
        by,
        _ -> new AuditEntry("software-module-deleted", tenant, "software-modules/" + id),
        db -> {
          lock(db, tenant);
          var found = ModuleTable.find(db, tenant, id).orElseThrow(Distributions::absentModule);
          if (ModuleTable.isInUse(db, found.key())) {
            throw new Refusal.Conflict(
                    ConflictKind.MODULE_IN_USE, "The module is part of a distribution.")
                .asException();
          }
          ModuleTable.delete(db, found.key());
          return null;
        });
  }

  void delete(TenantId tenant, UUID id, Author by) {
    changes.audited(
        by,
        _ -> new AuditEntry("distribution-deleted", tenant, "distributions/" + id),
        db -> {
          lock(db, tenant);
          var found = DistributionTable.find(db, tenant, id).orElseThrow(Distributions::absent);
          db.rows("SELECT 1 FROM distribution WHERE key = $1 FOR UPDATE", found.key());
          if (DistributionTable.isInUse(db, found.key())) {
            throw new Refusal.Conflict(
                    ConflictKind.DISTRIBUTION_IN_USE,
                    "Devices have or are to get this distribution, or there is a rollout of it.")
                .asException();
          }
          DistributionTable.delete(db, tenant, found.key(), clock.instant());
          return null;
        });
  }

  private static List<Artifact> artifacts(Sql db, TenantId tenant, List<UUID> ids) {
    var found = all("/artifacts", ids, id -> ArtifactTable.find(db, tenant, id).orElse(null));
    var names = new HashSet<String>();
    for (var i = 0; i < found.size(); i++) {
      // Nobody deletes it until the end of this transaction.
      var stays = db.first("SELECT 1 FROM artifact WHERE key = $1 FOR SHARE", found.get(i).key());
      if (stays.isEmpty()) {
        throw wrong("/artifacts/" + i, "is no artifact of the tenant");
      }
      if (!names.add(found.get(i).filename())) {
        throw wrong("/artifacts/" + i, "has the name of another one");
      }
    }
    return found;
  }

  private static List<SoftwareModule> modules(Sql db, TenantId tenant, List<UUID> ids) {
    var found = all("/modules", ids, id -> ModuleTable.find(db, tenant, id).orElse(null));
    var names = new HashSet<String>();
    for (var i = 0; i < found.size(); i++) {
      if (!names.add(found.get(i).name())) {
        throw wrong("/modules/" + i, "is another version of a module that is there already");
      }
    }
    return found;
  }

  private static <T> List<T> all(String pointer, List<UUID> ids, Function<UUID, T> find) {
    List<T> all = new ArrayList<>();
    for (var i = 0; i < ids.size(); i++) {
      var found = find.apply(ids.get(i));
      if (found == null) {
        throw wrong(pointer + "/" + i, "is nothing that the tenant has");
      }
      all.add(found);
    }
    return all;
  }

  private static void requireDistinct(String pointer, List<UUID> ids) {
    if (new HashSet<>(ids).size() != ids.size()) {
      throw wrong(pointer, "must not hold one twice");
    }
  }

  private static void requireRoom(long present, String what, int limit) {
    if (present >= limit) {
      throw new Refusal.LimitReached(what, limit).asException();
    }
  }

  private static void requireFree(boolean isTaken) {
    if (isTaken) {
      throw new Refusal.Conflict(
              ConflictKind.NAME_TAKEN, "There is one of that name and version already.")
          .asException();
    }
  }

  /** One change of a tenant's modules and distributions after another. */
  private static void lock(Sql db, TenantId tenant) {
    db.rows("SELECT pg_advisory_xact_lock(hashtext('distribution ' || $1::text))", tenant.value());
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }

  static RuntimeException absent() {
    return new Refusal.Absent("There is no such distribution.").asException();
  }

  private static RuntimeException absentModule() {
    return new Refusal.Absent("There is no such software module.").asException();
  }
}
