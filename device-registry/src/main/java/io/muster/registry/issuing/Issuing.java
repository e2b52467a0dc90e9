package io.muster.registry.issuing;

import io.muster.contract.id.DeviceAddress;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.credentials.GrantedCredentials;
import io.muster.registry.devices.Devices;
import io.muster.registry.events.Changes;
import io.muster.registry.issuing.SigningRequest.UnfitRequestException;
import io.muster.registry.limits.MinuteCounts;
import io.muster.registry.problem.ConflictKind;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import org.jboss.logging.Logger;

/** Makes certificates for devices that have shown who they are. Thread-safe. */
@ApplicationScoped
public class Issuing {
  private static final Logger LOG = Logger.getLogger(Issuing.class);
  private static final int PEM_LINE_CHARACTERS = 64;

  private final IssuingSettings settings;
  private final GrantedCredentials credentials;
  private final Devices devices;
  private final Changes changes;
  private final Vertx vertx;
  private final Clock clock;
  private final MinuteCounts counts;

  Issuing(
      IssuingSettings settings,
      GrantedCredentials credentials,
      Devices devices,
      Changes changes,
      Vertx vertx,
      Clock clock) {
    this.settings = settings;
    this.credentials = credentials;
    this.devices = devices;
    this.changes = changes;
    this.vertx = vertx;
    this.clock = clock;
    this.counts = new MinuteCounts(clock);
  }

  /**
   * Makes a certificate and registers it, beside the credentials that the device has.
   *
   * @param device who has shown that it is
   * @param csr PKCS #10, PEM; its subject is ignored
   * @return fails with 409 when this installation issues none, with 422 for a request that is none,
   *     with 429 for a device that asks too often, with 503 when the authority's files cannot be
   *     used
   */
  public Uni<IssuedCertificate> issue(DeviceAddress device, String csr) {
    requireFewFor(device);
    var request = request(csr);
    return authority().chain(it -> issue(device, request, it));
  }

  /**
   * Refuses when this installation issues no certificates.
   *
   * @throws RefusedException (409)
   */
  public void requireOn() {
    if (settings.certificateFile().isEmpty() || settings.keyFile().isEmpty()) {
      throw new Refusal.Conflict(
              ConflictKind.ISSUING_IS_OFF,
              "This installation issues no certificates (muster.registry.issuing.* is not set).")
          .asException();
    }
  }

  /** Each one is a signature, a credential and an entry in the audit. */
  private void requireFewFor(DeviceAddress device) {
    if (counts.add(device.toString()) > settings.perDeviceAndMinute()) {
      throw new Refusal.LimitReached(
              "certificates of a device in a minute", settings.perDeviceAndMinute())
          .asException();
    }
  }

  private Uni<IssuedCertificate> issue(
      DeviceAddress device, SigningRequest request, IssuingAuthority authority) {
    var der = made(device, request, authority);
    return changes.audited(
        issued ->
            AuditEntry.ofDevice("certificate-issued", device, "/credentials/" + issued.credential())
                .by(device.userName()),
        () ->
            devices
                .requireLocked(device)
                .chain(it -> credentials.issued(device, it, der))
                .map(
                    granted ->
                        new IssuedCertificate(
                            granted.id(), pem(der), pem(encoded(authority)), granted.notAfter())));
  }

  private Uni<IssuingAuthority> authority() {
    requireOn();
    return text(settings.certificateFile().get())
        .chain(
            certificate -> text(settings.keyFile().get()).map(key -> authority(certificate, key)))
        .onFailure(it -> !(it instanceof RefusedException))
        .transform(Issuing::unavailable);
  }

  private static IssuingAuthority authority(String certificate, String key) {
    try {
      return IssuingAuthority.read(certificate, key);
    } catch (GeneralSecurityException unfit) {
      throw unavailable(unfit);
    }
  }

  private byte[] made(DeviceAddress device, SigningRequest request, IssuingAuthority authority) {
    try {
      return authority.issue(device, request.key(), clock.instant(), settings.lifetime());
    } catch (GeneralSecurityException unfit) {
      throw unavailable(unfit);
    }
  }

  private Uni<String> text(String file) {
    return vertx.fileSystem().readFile(file).map(Buffer::toString);
  }

  private static SigningRequest request(String csr) {
    try {
      if (csr != null) {
        return SigningRequest.read(csr);
      }
      throw new UnfitRequestException("must be given");
    } catch (UnfitRequestException unfit) {
      throw new Refusal.Meaningless(List.of(FieldError.at("/csr", unfit.getMessage())))
          .asException();
    }
  }

  /** An operator has to see to it; the device cannot. */
  private static RuntimeException unavailable(Throwable why) {
    LOG.errorf("No certificate can be issued: %s", why.getMessage());
    return new Refusal.Unavailable("issuing authority").asException();
  }

  private static byte[] encoded(IssuingAuthority authority) {
    try {
      return authority.certificate().getEncoded();
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String pem(byte[] der) {
    var base64 = Base64.getMimeEncoder(PEM_LINE_CHARACTERS, new byte[] {'\n'});
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
        .formatted(base64.encodeToString(der));
  }
}
