package io.muster.contract.registry;

import io.muster.contract.id.TenantId;
import java.util.UUID;

/**
 * {@code POST /internal/v1/provisioning}: what a device that is nobody yet said at the endpoint.
 * Asking the same again is safe: the same hardware with the same key is the same device.
 *
 * @param claim the id of the claim token that the device has shown to who relays
 * @param remoteAddress from where, for the operator; may be null
 * @param payload as it came, in the form of the REST interface's body
 */
public record ProvisionRequest(TenantId tenant, UUID claim, String remoteAddress, byte[] payload) {

  /** Never the payload, in which there is a proof. */
  @Override
  public String toString() {
    return "ProvisionRequest[" + tenant + ", " + claim + "]";
  }
}
