package io.muster.registry.credentials;

import io.muster.registry.problem.ConflictKind;
import io.muster.rest.problem.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The credentials of the devices of one batch: those that the tables have, and those that are to be
 * added. For one thread.
 */
public final class CredentialDrafts {
  private final int maxPerDevice;
  private final Map<Integer, Set<String>> held;
  private final Map<String, Integer> holderOfCertificate;
  private final List<Addition> additions = new ArrayList<>();

  /** One that is to be added. */
  record Addition(int deviceKey, ImportedCredential credential) {}

  /**
   * @param held what each device has, by its key
   * @param holderOfCertificate whose the certificates are that the batch names, as far as they are
   *     registered
   */
  CredentialDrafts(
      int maxPerDevice, Map<Integer, Set<String>> held, Map<String, Integer> holderOfCertificate) {
    this.maxPerDevice = maxPerDevice;
    this.held = new HashMap<>(held);
    this.holderOfCertificate = new HashMap<>(holderOfCertificate);
  }

  /**
   * Looks whether a device may have them.
   *
   * @param deviceKey a key that no table has yet for a new device
   * @return those that it has not
   * @throws io.muster.rest.problem.RefusedException with 409 for a certificate of another device,
   *     with 429 when they are too many
   */
  public List<ImportedCredential> missing(int deviceKey, List<ImportedCredential> given) {
    var own = held.getOrDefault(deviceKey, Set.of());
    var missing = new ArrayList<ImportedCredential>();
    var seen = new HashSet<String>();
    for (var credential : given) {
      requireFree(deviceKey, credential);
      if (!own.contains(credential.identity()) && seen.add(credential.identity())) {
        missing.add(credential);
      }
    }
    if (!missing.isEmpty() && own.size() + missing.size() > maxPerDevice) {
      throw new Refusal.LimitReached("credentials", maxPerDevice).asException();
    }
    return missing;
  }

  /** Adds what {@link #missing} gave for the device. */
  public void add(int deviceKey, List<ImportedCredential> missing) {
    for (var credential : missing) {
      held.computeIfAbsent(deviceKey, _ -> new HashSet<>()).add(credential.identity());
      if (credential.kind() == CredentialKind.CERTIFICATE) {
        holderOfCertificate.put(hex(credential.proof()), deviceKey);
      }
      additions.add(new Addition(deviceKey, credential));
    }
  }

  List<Addition> additions() {
    return additions;
  }

  private void requireFree(int deviceKey, ImportedCredential credential) {
    if (credential.kind() != CredentialKind.CERTIFICATE) {
      return;
    }
    var holder = holderOfCertificate.get(hex(credential.proof()));
    if (holder != null && holder != deviceKey) {
      throw new Refusal.Conflict(
              ConflictKind.CERTIFICATE_EXISTS,
              "This certificate is registered already, for this device or another one.")
          .asException();
    }
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
