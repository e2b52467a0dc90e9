package io.muster.firmware.actions;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;

/** Who may give single devices something. */
public interface AssignmentRule {

  /** Whether only the tenant's administrators may: others need somebody who agrees. */
  boolean leavesItToAdmins(Sql db, TenantId tenant);
}
