package io.muster.firmware.ddi;

import io.muster.firmware.actions.Actions;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.targets.Target;
import io.muster.rest.audit.Author;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Devices that say of themselves that nobody needs to confirm their updates any more, or that
 * somebody does again: it undoes what the tenant demands, so it is in the audit. Waits;
 * thread-safe.
 */
@ApplicationScoped
class AutoConfirmation {
  private static final String ACTOR = "device";

  private final Changes changes;
  private final Actions actions;

  AutoConfirmation(Changes changes, Actions actions) {
    this.changes = changes;
    this.actions = actions;
  }

  void set(Target target, boolean active, Visitor visitor) {
    var entry =
        AuditEntry.ofDevice(
            active ? "auto-confirm-activated" : "auto-confirm-deactivated", target.device(), "");
    changes.auditedIfAny(
        new Author(ACTOR, visitor.address()),
        changed -> changed ? Optional.of(entry) : Optional.empty(),
        db -> actions.autoConfirm(db, target, active));
    actions.committed();
  }
}
