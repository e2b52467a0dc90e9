package io.muster.registry.credentials;

import io.muster.contract.event.RegistryEvent.CredentialRevoked;
import io.muster.contract.id.DeviceAddress;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.credentials.GeneratedSecret.Sha256;
import io.muster.registry.devices.DeviceEntity;
import io.muster.registry.devices.Devices;
import io.muster.registry.events.Changes;
import io.muster.registry.events.RegistryOutbox;
import io.muster.registry.problem.BrokenConstraint;
import io.muster.registry.problem.ConflictKind;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The credentials of a device. Each change holds the lock of the device's row. Thread-safe. */
@ApplicationScoped
class Credentials {
  private final CredentialRepository rows;
  private final IdempotentRequests requests;
  private final CredentialFactory factory;
  private final CredentialLimits limits;
  private final Devices devices;
  private final Changes changes;
  private final RegistryOutbox outbox;
  private final RevokedCertificates revoked;

  Credentials(
      CredentialRepository rows,
      IdempotentRequests requests,
      CredentialFactory factory,
      CredentialLimits limits,
      Devices devices,
      Changes changes,
      RegistryOutbox outbox,
      RevokedCertificates revoked) {
    this.rows = rows;
    this.requests = requests;
    this.factory = factory;
    this.limits = limits;
    this.devices = devices;
    this.changes = changes;
    this.outbox = outbox;
    this.revoked = revoked;
  }

  Uni<CredentialView> create(
      DeviceAddress device, CredentialBody body, Optional<IdempotencyKey> key) {
    return changes
        .audited(
            created -> AuditEntry.ofDevice("credential-created", device, below(created.id())),
            () ->
                devices
                    .requireLocked(device)
                    .call(
                        it ->
                            key.isEmpty()
                                ? nothing()
                                : withdrawEarlier(device, it, body, key.get()))
                    .chain(it -> issue(it, body, key)))
        .onFailure(it -> BrokenConstraint.unique(it, "credential_certificate_is_unique"))
        .transform(_ -> registeredAlready());
  }

  Uni<List<CredentialView>> list(DeviceAddress device) {
    return changes
        .reading(() -> devices.require(device).chain(it -> rows.ofDevice(it.key())))
        .map(found -> found.stream().map(CredentialEntity::view).toList());
  }

  Uni<CredentialView> read(DeviceAddress device, UUID id) {
    return changes
        .reading(() -> devices.require(device).chain(it -> rows.ofDevice(it.key(), id)))
        .onItem()
        .ifNull()
        .failWith(() -> absent(id))
        .map(CredentialEntity::view);
  }

  Uni<Void> revoke(DeviceAddress device, UUID id) {
    return changes.audited(
        _ -> AuditEntry.ofDevice("credential-revoked", device, below(id)),
        () ->
            devices
                .requireLocked(device)
                .chain(
                    it ->
                        rows.locked(it.key(), id)
                            .onItem()
                            .ifNull()
                            .failWith(() -> absent(id))
                            .chain(credential -> remove(device, it, credential))));
  }

  private static String below(UUID credential) {
    return "/credentials/" + credential;
  }

  private Uni<CredentialView> issue(
      DeviceEntity device, CredentialBody body, Optional<IdempotencyKey> key) {
    var issued = factory.issue(device.key(), body);
    return makeRoom(device.key())
        .chain(() -> rows.persistAndFlush(issued.credential()))
        .call(
            stored ->
                key.isEmpty()
                    ? nothing()
                    : requests.store(device.key(), key.get(), fingerprint(body), stored.id))
        .map(stored -> stored.view(issued.secret()));
  }

  /**
   * The same key again: what the first request led to gives way to what this one gets, unless a
   * device has used it already. So a lost answer does no harm, and no record holds a secret.
   */
  private Uni<Void> withdrawEarlier(
      DeviceAddress address, DeviceEntity device, CredentialBody body, IdempotencyKey key) {
    return requests
        .find(device.key(), key)
        .chain(
            earlier -> {
              if (earlier == null) {
                return nothing();
              }
              if (!MessageDigest.isEqual(earlier.requestSha256(), fingerprint(body))) {
                throw otherRequest();
              }
              return rows.locked(device.key(), earlier.credential())
                  .chain(credential -> withdraw(address, device, credential));
            });
  }

  private Uni<Void> withdraw(
      DeviceAddress address, DeviceEntity device, CredentialEntity credential) {
    if (credential == null || credential.firstUsedAt != null) {
      throw new Refusal.Conflict(
              ConflictKind.IDEMPOTENCY_KEY_USED,
              "The credential of this Idempotency-Key was used or revoked already.")
          .asException();
    }
    return remove(address, device, credential);
  }

  private Uni<Void> remove(
      DeviceAddress address, DeviceEntity device, CredentialEntity credential) {
    return outbox
        .append(new CredentialRevoked(address, credential.id))
        .chain(() -> remember(device, credential))
        .chain(() -> rows.delete(credential))
        .chain(rows::flush);
  }

  /** An authority of the tenant may vouch for it, whoever registered it. */
  private Uni<Void> remember(DeviceEntity device, CredentialEntity credential) {
    if (!credential.isCertificate()) {
      return nothing();
    }
    var end = credential.certificateEnd();
    return credential.authorityKey == null
        ? revoked.withdraw(device.tenantKey(), credential.certificateSha256, end)
        : revoked.add(credential.certificateSha256, end);
  }

  /** An expired credential gives way when there are as many as allowed. */
  private Uni<Void> makeRoom(int deviceKey) {
    return rows.count("deviceKey", deviceKey)
        .chain(
            count ->
                count < limits.maxPerDevice()
                    ? nothing()
                    : rows.dropExpired(deviceKey, factory.now())
                        .invoke(dropped -> checkRoom(count - dropped))
                        .replaceWithVoid());
  }

  private void checkRoom(long count) {
    if (count >= limits.maxPerDevice()) {
      throw new Refusal.LimitReached("credentials", limits.maxPerDevice()).asException();
    }
  }

  /** Of a request; all of its members are public. */
  private static byte[] fingerprint(CredentialBody body) {
    return Sha256.of(body.toString());
  }

  private static Uni<Void> nothing() {
    return Uni.createFrom().voidItem();
  }

  /** Not whose: that may be another tenant's affair. */
  private static RuntimeException registeredAlready() {
    return new Refusal.Conflict(
            ConflictKind.CERTIFICATE_EXISTS,
            "This certificate is registered already, for this device or another one.")
        .asException();
  }

  private static RuntimeException absent(UUID id) {
    return new Refusal.Absent("There is no credential '%s'.".formatted(id)).asException();
  }

  private static RuntimeException otherRequest() {
    return new Refusal.Meaningless(
            List.of(
                FieldError.in(
                    IdempotencyKey.HEADER, "was used before, for a request with another body")))
        .asException();
  }
}
