package io.muster.registry.problem;

import io.muster.rest.problem.Refusal;
import java.util.Locale;

/** What a request to the registry is at odds with. */
public enum ConflictKind implements Refusal.ConflictKind {
  TENANT_EXISTS,
  TENANT_DELETED,
  TENANT_HAS_DEVICES,
  DEVICE_EXISTS,
  CERTIFICATE_EXISTS,
  DEVICE_TYPE_EXISTS,
  DEVICE_TYPE_IN_USE,
  AUTHORITY_EXISTS,
  AUTHORITY_CODE_OVER,
  PROVISIONING_APPROVAL_NEEDED,
  CLAIM_TOKEN_UNUSABLE,
  ISSUING_IS_OFF,
  GROUP_EXISTS,
  GROUP_IS_DYNAMIC,
  SHADOW_VERSION_CONFLICT,
  IDEMPOTENCY_KEY_USED;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
