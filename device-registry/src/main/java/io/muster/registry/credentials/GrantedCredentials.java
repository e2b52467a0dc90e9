package io.muster.registry.credentials;

import io.muster.contract.event.RegistryEvent.CredentialRevoked;
import io.muster.contract.id.DeviceAddress;
import io.muster.registry.credentials.CertificateText.UnfitCertificateException;
import io.muster.registry.devices.DeviceEntity;
import io.muster.registry.events.RegistryOutbox;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/**
 * Credentials that a device gets without an operator's asking: each method works in the current
 * transaction, whose caller holds the lock of the device's row. Thread-safe.
 */
@ApplicationScoped
public class GrantedCredentials {
  private static final String NONE = "1 = 0";

  private final CredentialRepository rows;
  private final CredentialLimits limits;
  private final RegistryOutbox outbox;
  private final Clock clock;

  GrantedCredentials(
      CredentialRepository rows, CredentialLimits limits, RegistryOutbox outbox, Clock clock) {
    this.rows = rows;
    this.limits = limits;
    this.outbox = outbox;
    this.clock = clock;
  }

  /**
   * Registers a certificate that a tenant's authority vouches for. When the device has as many
   * credentials as it may, the oldest of this kind gives way: its authority can vouch for it again.
   *
   * @param authorityKey the authority's key
   * @param authorityEnd beyond which it vouches for nobody
   */
  public Uni<UUID> vouched(
      DeviceAddress address,
      DeviceEntity device,
      byte[] der,
      int authorityKey,
      Instant authorityEnd) {
    var certificate = read(der);
    var validity = new Validity(certificate.notBefore(), certificate.notAfter());
    var credential =
        CredentialEntity.ofCertificate(device.key(), certificate, validity, clock.instant());
    credential.authorityKey = authorityKey;
    credential.notAfter =
        authorityEnd.isBefore(certificate.notAfter()) ? authorityEnd : certificate.notAfter();
    return makeRoom(address, device.key(), "authorityKey is not null")
        .chain(() -> rows.persistAndFlush(credential))
        .map(stored -> stored.id);
  }

  /** Registers a key that a device has shown to hold. */
  public Uni<UUID> ofKey(DeviceAddress address, DeviceEntity device, ProvenKey key) {
    var credential =
        CredentialEntity.ofKey(
            device.key(), key.algorithm(), key.der(), new Validity(null, null), clock.instant());
    return makeRoom(address, device.key(), NONE)
        .chain(() -> rows.persistAndFlush(credential))
        .map(stored -> stored.id);
  }

  /** What was granted, and until when. */
  public record Granted(UUID id, Instant notAfter) {}

  /**
   * Registers a certificate that was made here. When the device has as many credentials as it may,
   * one of this kind that it never used gives way: its answer was lost.
   */
  public Uni<Granted> issued(DeviceAddress address, DeviceEntity device, byte[] der) {
    var certificate = read(der);
    var validity = new Validity(certificate.notBefore(), certificate.notAfter());
    var credential =
        CredentialEntity.ofCertificate(device.key(), certificate, validity, clock.instant());
    credential.issued = true;
    return makeRoom(address, device.key(), "issued = true and firstUsedAt is null")
        .chain(() -> rows.persistAndFlush(credential))
        .map(stored -> new Granted(stored.id, stored.notAfter));
  }

  /** Whether a device still has a credential. */
  public Uni<Boolean> has(DeviceEntity device, UUID id) {
    return rows.ofDevice(device.key(), id).map(found -> found != null);
  }

  /** Revokes a credential, when it is still there, and the certificates that were issued here. */
  public Uni<Void> revokeWithIssued(DeviceAddress address, DeviceEntity device, UUID id) {
    return rows.list("deviceKey = ?1 and (id = ?2 or issued = true)", device.key(), id)
        .chain(
            found ->
                outbox
                    .append(
                        found.stream().map(it -> new CredentialRevoked(address, it.id)).toList())
                    .chain(
                        () ->
                            rows.delete(
                                "deviceKey = ?1 and (id = ?2 or issued = true)", device.key(), id)))
        .replaceWithVoid();
  }

  /**
   * @param expendable which of the device's credentials may give way, as a condition in HQL
   */
  private Uni<Void> makeRoom(DeviceAddress address, int deviceKey, String expendable) {
    return rows.count("deviceKey", deviceKey)
        .chain(
            count ->
                count < limits.maxPerDevice()
                    ? Uni.createFrom().voidItem()
                    : rows.dropExpired(deviceKey, clock.instant())
                        .chain(
                            dropped ->
                                count - dropped < limits.maxPerDevice()
                                    ? Uni.createFrom().voidItem()
                                    : dropOldest(address, deviceKey, expendable)));
  }

  private Uni<Void> dropOldest(DeviceAddress address, int deviceKey, String expendable) {
    return rows.find("deviceKey = ?1 and " + expendable + " order by createdAt, key", deviceKey)
        .firstResult()
        .onItem()
        .ifNull()
        .failWith(() -> full())
        .chain(
            oldest ->
                outbox
                    .append(new CredentialRevoked(address, oldest.id))
                    .chain(() -> rows.delete(oldest))
                    .chain(rows::flush));
  }

  private RuntimeException full() {
    return new Refusal.LimitReached("credentials", limits.maxPerDevice()).asException();
  }

  private static RegisteredCertificate read(byte[] der) {
    try {
      return CertificateText.read(der);
    } catch (UnfitCertificateException checkedBefore) {
      throw new IllegalArgumentException(checkedBefore);
    }
  }
}
