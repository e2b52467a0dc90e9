package io.muster.registry.authorities;

import io.muster.registry.problem.ConflictKind;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.util.List;
import java.util.UUID;

/** What is said of an authority that is not, or cannot be. Stateless. */
final class AuthorityRefusals {
  private AuthorityRefusals() {}

  /** Not whose: that may be another tenant's affair. */
  static RuntimeException exists() {
    return new Refusal.Conflict(
            ConflictKind.AUTHORITY_EXISTS,
            "An authority with this key vouches already, for this tenant or another one.")
        .asException();
  }

  static RuntimeException absent(UUID id) {
    return new Refusal.Absent("There is no certificate authority '%s'.".formatted(id))
        .asException();
  }

  /** Of the certificate in a request. */
  static RuntimeException wrong(String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at("/certificate", detail))).asException();
  }
}
