package io.muster.firmware.distributions;

import io.muster.contract.id.TenantId;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.database.Sql;
import io.muster.firmware.problem.ConflictKind;
import io.muster.firmware.settings.TenantSettings;
import io.muster.firmware.signing.SignatureTable;
import io.muster.rest.problem.Refusal;
import java.util.List;

/** Whether devices may be given a distribution. Stateless. */
public final class Releases {
  private Releases() {}

  /**
   * Asked again each time that somebody gives it: a key may have been deleted since its release, or
   * signatures demanded.
   *
   * @throws io.muster.rest.problem.RefusedException (409) when they may not
   */
  public static void require(Sql db, TenantId tenant, Distribution it) {
    if (it.isWithdrawn()) {
      throw new Refusal.Conflict(
              ConflictKind.DISTRIBUTION_WITHDRAWN, "The distribution was withdrawn.")
          .asException();
    }
    if (!it.isReleased()) {
      throw notReleased();
    }
    requireSignatures(db, tenant, it);
  }

  static void requireSignatures(Sql db, TenantId tenant, Distribution it) {
    var unsigned = unsigned(db, tenant, it);
    if (!unsigned.isEmpty()) {
      throw new Refusal.Conflict(
              ConflictKind.SIGNATURE_MISSING,
              "No key of the tenant has signed %s.".formatted(String.join(", ", unsigned)))
          .asException();
    }
  }

  /** The files without a valid signature; none where the tenant does not demand one. */
  public static List<String> unsigned(Sql db, TenantId tenant, Distribution it) {
    if (!TenantSettings.read(db, tenant).signatureRequired()) {
      return List.of();
    }
    return it.modules().stream()
        .flatMap(module -> module.artifacts().stream())
        .filter(artifact -> !SignatureTable.isSigned(db, tenant, artifact))
        .map(Artifact::filename)
        .distinct()
        .toList();
  }

  static RuntimeException notReleased() {
    return new Refusal.Conflict(
            ConflictKind.NOT_RELEASED, "The distribution is not released to devices.")
        .asException();
  }
}
