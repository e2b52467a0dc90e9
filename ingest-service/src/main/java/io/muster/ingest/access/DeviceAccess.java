package io.muster.ingest.access;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.smallrye.mutiny.Uni;
import java.util.function.Consumer;

/** Who may connect and for whom a gateway may speak, as the registry says. Thread-safe. */
public interface DeviceAccess {

  /**
   * Asks whether a client may connect. Answers of the last minute are used again, of the last hour
   * while the registry is away.
   *
   * @param device who it says it is, which with a certificate the client identifier alone does; so
   *     that nobody is registered whose client would be refused
   * @param remoteAddress for the registry's audit
   * @return never fails
   */
  Uni<Admission> admit(DeviceAddress device, CredentialProof proof, String remoteAddress);

  /**
   * Whether a device may speak for another one of its tenant, being its gateway.
   *
   * @return never fails
   */
  Uni<Mandate> maySpeakFor(DeviceAddress gateway, DeviceAddress device);

  /** The same, when it is known without asking; null when it is not. */
  Boolean maySpeakForIfKnown(DeviceAddress gateway, DeviceAddress device);

  /**
   * Registers who ends connections when access is withdrawn. Called on any thread. A withdrawal
   * that comes after an admission was granted is told even when the connection is still being set
   * up, so the listener must know of a client from before it asks for its admission.
   */
  void onWithdrawal(Consumer<Withdrawal> listener);
}
