package io.muster.registry.authorities;

import io.muster.contract.event.RegistryEvent.CredentialRevoked;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.registry.authorities.AuthorityRepository.Vouched;
import io.muster.registry.events.Changes;
import io.muster.registry.events.RegistryOutbox;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

/** The end of an authority. Thread-safe. */
@ApplicationScoped
class AuthorityRevocation {
  private static final int PAGE = 100;

  private final Authorities authorities;
  private final AuthorityRepository rows;
  private final Changes changes;
  private final RegistryOutbox outbox;

  AuthorityRevocation(
      Authorities authorities, AuthorityRepository rows, Changes changes, RegistryOutbox outbox) {
    this.authorities = authorities;
    this.rows = rows;
    this.changes = changes;
    this.outbox = outbox;
  }

  /** Ends it, and every credential that it vouched for: whoever is connected with one must go. */
  Uni<Void> revoke(TenantId tenant, UUID id) {
    return changes.audited(
        _ -> Authorities.entry("certificate-authority-revoked", tenant, id),
        () ->
            authorities
                .requireLocked(tenant, id)
                .call(it -> announce(tenant, it, 0))
                .chain(rows::delete));
  }

  private Uni<Void> announce(TenantId tenant, AuthorityEntity authority, int after) {
    return rows.vouchedAfter(authority.key, after, PAGE)
        .call(vouched -> outbox.append(revocations(tenant, vouched)))
        .chain(
            vouched ->
                vouched.size() < PAGE
                    ? Uni.createFrom().voidItem()
                    : announce(tenant, authority, vouched.getLast().key()));
  }

  private static List<CredentialRevoked> revocations(TenantId tenant, List<Vouched> vouched) {
    return vouched.stream()
        .map(
            it ->
                new CredentialRevoked(
                    new DeviceAddress(tenant, new DeviceId(it.device())), it.credential()))
        .toList();
  }
}
