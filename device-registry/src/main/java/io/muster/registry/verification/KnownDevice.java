package io.muster.registry.verification;

import io.muster.contract.registry.DeviceLimits;
import java.time.Instant;
import java.util.List;

/**
 * All that decides about a device, read at once.
 *
 * @param key its compact key
 * @param enabled whether it may take part
 * @param tenantSuspended whether its tenant may not
 * @param createdAt since when there is this device; one of its name may have been there before
 * @param limits what the tenant allows it
 * @param credentials all of them, also those that do not hold at present
 */
record KnownDevice(
    int key,
    boolean enabled,
    boolean tenantSuspended,
    Instant createdAt,
    DeviceLimits limits,
    List<KnownCredential> credentials) {

  /** Its secrets. */
  List<KnownCredential.OfSecret> secrets() {
    return credentials.stream()
        .filter(KnownCredential.OfSecret.class::isInstance)
        .map(KnownCredential.OfSecret.class::cast)
        .toList();
  }

  /** Its keys for tokens. */
  List<KnownCredential.OfKey> keys() {
    return credentials.stream()
        .filter(KnownCredential.OfKey.class::isInstance)
        .map(KnownCredential.OfKey.class::cast)
        .toList();
  }
}
