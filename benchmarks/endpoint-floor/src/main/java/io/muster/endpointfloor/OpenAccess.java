package io.muster.endpointfloor;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.ingest.access.Admission;
import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.access.Mandate;
import io.muster.ingest.access.Withdrawal;
import io.smallrye.mutiny.Uni;
import java.util.UUID;
import java.util.function.Consumer;

/** Lets everybody in, with no limit in reach. Thread-safe. */
final class OpenAccess implements DeviceAccess {
  private static final DeviceLimits LIMITS = new DeviceLimits(10_000_000, 256 * 1024);
  private static final UUID CREDENTIAL = new UUID(0, 1);

  @Override
  public Uni<Admission> admit(DeviceAddress device, CredentialProof proof, String remoteAddress) {
    return Uni.createFrom()
        .item(new Admission.Granted(new VerifyAnswer.Allowed(device, CREDENTIAL, null, LIMITS)));
  }

  @Override
  public Uni<Mandate> maySpeakFor(DeviceAddress gateway, DeviceAddress device) {
    return Uni.createFrom().item(Mandate.NOT_GIVEN);
  }

  @Override
  public Boolean maySpeakForIfKnown(DeviceAddress gateway, DeviceAddress device) {
    return false;
  }

  @Override
  public void onWithdrawal(Consumer<Withdrawal> withdrawn) {
    // Nothing is ever withdrawn.
  }
}
