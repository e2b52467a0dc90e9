package io.muster.registry.verification;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.rest.bans.QuietLogger;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HexFormat;
import org.jboss.logging.Logger;

/** Counts every answer, and logs those that keep somebody out. Thread-safe. */
@ApplicationScoped
@Startup
public class VerificationRecord {
  private static final Logger LOG = Logger.getLogger("io.muster.registry.verification");
  private static final String COUNTER = "muster.registry.verifications";
  private static final int MAX_ADDRESS_CHARACTERS = 64;
  private static final int STRANGERS = 10;

  private final MeterRegistry meters;

  /** It costs nothing to be one. */
  private final QuietLogger strangers = new QuietLogger(LOG::info, STRANGERS);

  VerificationRecord(MeterRegistry meters) {
    this.meters = meters;
    counter("allow", "none");
    for (var reason : VerifyAnswer.Reason.values()) {
      counter("deny", reason.label());
    }
  }

  /** Notes an answer that is about to be given. */
  public void note(VerifyRequest request, VerifyAnswer answer) {
    switch (answer) {
      case VerifyAnswer.Allowed _ -> count("allow", "none");
      case VerifyAnswer.Denied it -> {
        count("deny", it.reason().label());
        LOG.infof(
            "Denied %s from %s: %s",
            subject(request), printable(request.remoteAddress()), it.reason().label());
      }
    }
  }

  /** A client that names no device, another one with each name, or shows nothing. */
  public void noteStranger(String remoteAddress) {
    var reason = VerifyAnswer.Reason.UNKNOWN_DEVICE;
    count("deny", reason.label());
    strangers.write("Denied a stranger from %s: %s", printable(remoteAddress), reason.label());
  }

  /** A device that is nobody yet may ask to be provisioned. */
  public void noteClaim() {
    count("allow", "none");
  }

  /** It may not. */
  public void noteClaim(TenantId tenant, VerifyAnswer.Reason reason, String remoteAddress) {
    count("deny", reason.label());
    LOG.infof(
        "Denied a claim token for %s from %s: %s",
        tenant, printable(remoteAddress), reason.label());
  }

  private static String subject(VerifyRequest request) {
    return request.proof() instanceof CredentialProof.Certificate it
        ? "certificate %s of %s"
            .formatted(
                CertificateCheck.fingerprint(it).map(HexFormat.of()::formatHex).orElse("?"),
                request.device() == null ? "somebody" : request.device())
        : String.valueOf(request.device());
  }

  private void count(String decision, String reason) {
    counter(decision, reason).increment();
  }

  private Counter counter(String decision, String reason) {
    return Counter.builder(COUNTER)
        .description("Answers to services that asked about a client")
        .tags("decision", decision, "reason", reason)
        .register(meters);
  }

  private static String printable(String address) {
    if (address == null) {
      return "unknown";
    }
    var head = address.substring(0, Math.min(address.length(), MAX_ADDRESS_CHARACTERS));
    return head.replaceAll("[^ -~]", "?");
  }
}
