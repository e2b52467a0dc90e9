package io.muster.contract.registry;

import io.muster.contract.id.TenantId;

/**
 * {@code POST /internal/v1/claim-tokens/verify}: may a device that is nobody yet ask to be
 * provisioned?
 *
 * @param claimToken what it shows; never logged, never stored
 * @param remoteAddress from where, for the log; may be null
 */
public record ClaimRequest(TenantId tenant, String claimToken, String remoteAddress) {

  /** Never the token. */
  @Override
  public String toString() {
    return "ClaimRequest[" + tenant + ", " + remoteAddress + "]";
  }
}
