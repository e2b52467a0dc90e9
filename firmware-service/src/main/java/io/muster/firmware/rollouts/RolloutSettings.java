package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.actions.AssignmentRule;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.rest.audit.Author;
import io.muster.rest.versions.IfMatch;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * What a tenant demands of its rollouts. Where a second person has to agree to them, nobody walks
 * around that device by device. Waits; thread-safe.
 */
@ApplicationScoped
class RolloutSettings implements AssignmentRule {
  private static final String WRITE =
      """
      INSERT INTO rollout_setting AS s (tenant, version, approval_required) VALUES ($1, 1, $2)
      ON CONFLICT (tenant) DO UPDATE
        SET version = s.version + 1, approval_required = excluded.approval_required\
      """;

  private final Database database;
  private final Changes changes;

  RolloutSettings(Database database, Changes changes) {
    this.database = database;
    this.changes = changes;
  }

  /**
   * What was set.
   *
   * @param version grows with every change; 0 when nothing was ever set
   * @param approvalRequired whether a second person has to agree to each rollout
   */
  record Setting(long version, boolean approvalRequired) {}

  @Override
  public boolean leavesItToAdmins(Sql db, TenantId tenant) {
    return read(db, tenant).approvalRequired();
  }

  Setting read(TenantId tenant) {
    return database.use(db -> read(db, tenant));
  }

  static Setting read(Sql db, TenantId tenant) {
    return db.first(
            "SELECT version, approval_required FROM rollout_setting WHERE tenant = $1",
            tenant.value())
        .map(row -> new Setting(row.getLong("version"), row.getBoolean("approval_required")))
        .orElse(new Setting(0, false));
  }

  Setting write(TenantId tenant, boolean approvalRequired, IfMatch condition, Author by) {
    return changes.audited(
        by,
        _ -> new AuditEntry("rollout-settings-changed", tenant, "rollout-settings"),
        db -> {
          NewRollouts.lockTenant(db, tenant);
          condition.check(read(db, tenant).version());
          db.change(WRITE, tenant.value(), approvalRequired);
          return read(db, tenant);
        });
  }
}
