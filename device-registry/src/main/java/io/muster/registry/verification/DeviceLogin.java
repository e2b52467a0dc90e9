package io.muster.registry.verification;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.registry.limits.AttemptLimit;
import io.muster.rest.access.Caller;
import io.muster.rest.problem.Challenge;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;

/**
 * A device that calls the REST interface itself: HTTP Basic authentication (RFC 7617) with what it
 * shows to the endpoint as well, {@code {device}@{tenant}} and a secret or a token; in the place of
 * a client certificate a {@link CertificateToken}. Every answer is counted and logged as the
 * endpoint's are. Thread-safe.
 */
@ApplicationScoped
public class DeviceLogin {
  private final Verification verification;
  private final VerificationRecord record;
  private final AttemptLimit attempts;
  private final Caller caller;
  private final Clock clock;

  DeviceLogin(
      Verification verification,
      VerificationRecord record,
      AttemptLimit attempts,
      Caller caller,
      Clock clock) {
    this.verification = verification;
    this.record = record;
    this.attempts = attempts;
    this.caller = caller;
    this.clock = clock;
  }

  /**
   * Who calls.
   *
   * @param authorization the header
   * @return fails with 401 for everybody who is not let in, and with 429 after too many failures
   */
  public Uni<VerifyAnswer.Allowed> require(String authorization) {
    var address = caller.address().orElse("?");
    attempts.check(address);
    var basic = BasicCredentials.read(authorization);
    if (basic.isEmpty()) {
      throw new Refusal.NotAuthenticated(Challenge.BASIC).asException();
    }
    return Uni.createFrom()
        .item(() -> request(basic.get(), address))
        .chain(
            request -> verification.verify(request).invoke(answer -> record.note(request, answer)))
        .map(answer -> allowed(answer, address));
  }

  private VerifyRequest request(BasicCredentials basic, String address) {
    try {
      var device = DeviceAddress.fromUserName(basic.user());
      return new VerifyRequest(device, proof(device, basic.password(), address), address);
    } catch (MalformedIdException nobody) {
      throw stranger(address);
    }
  }

  private VerifyAnswer.Allowed allowed(VerifyAnswer answer, String address) {
    return switch (answer) {
      case VerifyAnswer.Allowed it -> it;
      case VerifyAnswer.Denied _ -> {
        throw stranger(address);
      }
    };
  }

  private RuntimeException stranger(String address) {
    attempts.failed(address);
    return new Refusal.NotAuthenticated(Challenge.BASIC).asException();
  }

  /** As the endpoint tells them apart: a JWT has two dots, a generated secret has none. */
  private CredentialProof proof(DeviceAddress device, String password, String address) {
    var certified = CertificateToken.read(password);
    if (certified.isPresent()) {
      // As the endpoint's TLS does: that the client holds the key comes first.
      if (!certified.get().isSigned(device.userName(), clock.instant())) {
        throw stranger(address);
      }
      return certified.get().chain();
    }
    return password.chars().filter(c -> c == '.').count() == 2
        ? new CredentialProof.Token(password)
        : new CredentialProof.Secret(password);
  }
}
