package io.muster.firmware.removal;

import io.muster.outbox.TenantPart;
import io.muster.outbox.TenantRemovals.Keeps;
import java.util.List;

/**
 * What this service keeps of tenants, in the order in which it goes: first what makes more of it,
 * and each table before those that it refers to. Messages in the outbox are not here: they go by
 * age.
 */
final class TenantTables {
  private static final String OF_ACTION =
      """
      SELECT s.ctid FROM target AS t JOIN action AS a ON a.target_key = t.key
        JOIN action_status AS s ON s.action_key = a.key
       WHERE t.tenant = $1\
      """;

  private TenantTables() {}

  /**
   * @param sweep removes the bytes that no tenant has any more; may block
   */
  static Keeps keeps(Runnable sweep) {
    return new Keeps(
        List.of(
            of("rollout_device", "rollout_key", "rollout"),
            of("rollout_group", "rollout_key", "rollout"),
            TenantPart.of("rollout"),
            TenantPart.of("rollout_setting"),
            TenantPart.of("action_status", OF_ACTION),
            of("action", "target_key", "target"),
            of("installed_module", "target_key", "target"),
            of("target_token", "target_key", "target"),
            TenantPart.of("target"),
            of("distribution_module", "distribution_key", "distribution"),
            TenantPart.of("distribution"),
            of("module_artifact", "module_key", "software_module"),
            TenantPart.of("software_module"),
            of("artifact_signature", "artifact_key", "artifact"),
            TenantPart.of("signing_key"),
            TenantPart.of("upload"),
            TenantPart.of("artifact"),
            TenantPart.of("artifact_remains"),
            TenantPart.of("token_request"),
            TenantPart.of("tenant_setting"),
            TenantPart.of("suspended_tenant"),
            TenantPart.of("audit")),
        any -> {},
        sweep);
  }

  /** A table whose rows are those of a tenant's in another. */
  private static TenantPart of(String table, String reference, String other) {
    return TenantPart.of(
        table,
        "SELECT o.ctid FROM %s AS t JOIN %s AS o ON o.%s = t.key WHERE t.tenant = $1"
            .formatted(other, table, reference));
  }
}
