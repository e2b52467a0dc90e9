package io.muster.ingest.endpoint;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.ingest.access.Admission;
import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.access.Mandate;
import io.muster.ingest.access.Withdrawal;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Lets in whoever shows the secret {@value #SECRET}. */
final class FakeAccess implements DeviceAccess {
  static final String SECRET = "s3cret";
  static final UUID CREDENTIAL = UUID.fromString("00000000-0000-0000-0000-000000000001");

  final Map<DeviceAddress, DeviceAddress> gateways = new ConcurrentHashMap<>();
  volatile DeviceLimits limits = new DeviceLimits(1_000_000, 256 * 1024);
  volatile Instant validUntil;

  /** What it says of the token that is shown; null: it is none of the registry's. */
  volatile VerifyAnswer.IssuedToken token;

  volatile boolean registryAway;
  volatile boolean knowsGateways = true;
  volatile boolean mandatesUnknown;
  volatile boolean answersNever;
  volatile CredentialProof lastProof;
  volatile DeviceAddress lastAsked;

  /** Whose each certificate is, by its DER in Base64. */
  final Map<String, DeviceAddress> certificates = new ConcurrentHashMap<>();

  volatile String lastRemoteAddress;
  private final Queue<Runnable> heldQuestions = new ConcurrentLinkedQueue<>();
  private volatile boolean holdsQuestions;
  private final Queue<Runnable> heldAdmissions = new ConcurrentLinkedQueue<>();
  private volatile boolean holdsAdmissions;
  private volatile Consumer<Withdrawal> listener;

  /** What an answer goes through on its way. */
  volatile UnaryOperator<Uni<Admission>> way = answer -> answer;

  @Override
  public Uni<Admission> admit(DeviceAddress device, CredentialProof proof, String remoteAddress) {
    lastAsked = device;
    lastProof = proof;
    lastRemoteAddress = remoteAddress;
    if (holdsAdmissions) {
      return Uni.createFrom()
          .emitter(
              asking -> {
                heldAdmissions.add(() -> asking.complete(answer(device, proof)));
                if (!holdsAdmissions) {
                  // They were let go meanwhile.
                  drainAdmissions();
                }
              });
    }
    if (answersNever) {
      return Uni.createFrom().nothing();
    }
    return way.apply(Uni.createFrom().item(() -> answer(device, proof)));
  }

  /** From now on who wants to come in must wait. */
  void holdAdmissions() {
    holdsAdmissions = true;
  }

  int heldAdmissions() {
    return heldAdmissions.size();
  }

  void letAdmissionsGo() {
    holdsAdmissions = false;
    drainAdmissions();
  }

  private void drainAdmissions() {
    for (var next = heldAdmissions.poll(); next != null; next = heldAdmissions.poll()) {
      next.run();
    }
  }

  private Admission answer(DeviceAddress device, CredentialProof proof) {
    if (registryAway) {
      return new Admission.Unavailable();
    }
    if (proof instanceof CredentialProof.Certificate(var chain)) {
      return ofCertificate(device, certificates.get(chain.getFirst()));
    }
    if (device.device().value().equals("disabled")) {
      return new Admission.Denied(VerifyAnswer.Reason.DEVICE_DISABLED);
    }
    var right =
        proof instanceof CredentialProof.Secret(String secret) && secret.equals(SECRET)
            || proof instanceof CredentialProof.Token;
    return right
        ? new Admission.Granted(
            new VerifyAnswer.Allowed(device, CREDENTIAL, validUntil, limits, token))
        : new Admission.Denied(VerifyAnswer.Reason.WRONG_SECRET);
  }

  private Admission ofCertificate(DeviceAddress claimed, DeviceAddress holder) {
    if (holder == null) {
      return new Admission.Denied(VerifyAnswer.Reason.CERTIFICATE_UNKNOWN);
    }
    return holder.equals(claimed)
        ? new Admission.Granted(new VerifyAnswer.Allowed(holder, CREDENTIAL, validUntil, limits))
        : new Admission.Denied(VerifyAnswer.Reason.CERTIFICATE_SUBJECT);
  }

  @Override
  public Uni<Mandate> maySpeakFor(DeviceAddress gateway, DeviceAddress device) {
    if (holdsQuestions) {
      return Uni.createFrom()
          .emitter(
              asking -> {
                heldQuestions.add(() -> asking.complete(mandate(gateway, device)));
                if (!holdsQuestions) {
                  drainQuestions();
                }
              });
    }
    return Uni.createFrom().item(() -> mandate(gateway, device));
  }

  private Mandate mandate(DeviceAddress gateway, DeviceAddress device) {
    if (registryAway || mandatesUnknown) {
      return Mandate.UNKNOWN;
    }
    return gateway.equals(gateways.get(device)) ? Mandate.GIVEN : Mandate.NOT_GIVEN;
  }

  /** From now on nobody knows without asking who speaks for whom, and who asks must wait. */
  void holdGateways() {
    knowsGateways = false;
    holdsQuestions = true;
  }

  boolean isAskedForGateways() {
    return !heldQuestions.isEmpty();
  }

  void letGatewaysGo() {
    holdsQuestions = false;
    drainQuestions();
  }

  private void drainQuestions() {
    for (var question = heldQuestions.poll(); question != null; question = heldQuestions.poll()) {
      question.run();
    }
  }

  @Override
  public Boolean maySpeakForIfKnown(DeviceAddress gateway, DeviceAddress device) {
    return knowsGateways ? gateway.equals(gateways.get(device)) : null;
  }

  @Override
  public void onWithdrawal(Consumer<Withdrawal> withdrawn) {
    listener = withdrawn;
  }

  void withdraw(Withdrawal withdrawal) {
    listener.accept(withdrawal);
  }
}
