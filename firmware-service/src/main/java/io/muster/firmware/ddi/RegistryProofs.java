package io.muster.firmware.ddi;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.firmware.neighbours.NeighbourAwayException;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.firmware.targets.TargetToken;
import io.muster.firmware.targets.Withdrawal;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whether a device's own token or certificate holds, as the registry says. A yes is remembered for
 * a minute, or for an hour while the registry is away, never longer than the proof lasts, and until
 * the registry says that a credential is withdrawn; a no never. Waits; thread-safe.
 */
@ApplicationScoped
class RegistryProofs {
  private static final int REMEMBERED = 10_000;
  private static final Duration FOR = Duration.ofSeconds(60);
  private static final Duration FOR_WHILE_AWAY = Duration.ofHours(1);
  private static final int MAX_TOKEN_CHARACTERS = 8_192;

  private final Neighbours neighbours;
  private final Clock clock;
  private final Map<Key, Yes> known =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Yes> eldest) {
          return size() > REMEMBERED;
        }
      };

  private record Key(DeviceAddress device, String proofSha256) {}

  private record Yes(Instant at, Instant validUntil) {
    boolean holds(Instant now, Duration age) {
      return now.isBefore(at.plus(age)) && (validUntil == null || now.isBefore(validUntil));
    }
  }

  RegistryProofs(Neighbours neighbours, Clock clock) {
    this.neighbours = neighbours;
    this.clock = clock;
  }

  /** A token (JWT). */
  boolean holds(DeviceAddress device, String token, String address) {
    return token.length() <= MAX_TOKEN_CHARACTERS
        && holds(device, new CredentialProof.Token(token), token, address);
  }

  /** A certificate that TLS has shown to be the client's. */
  boolean holds(DeviceAddress device, CredentialProof.Certificate shown, String address) {
    return holds(device, shown, String.join(" ", shown.chain()), address);
  }

  /** The registry withdrew a credential. */
  void withdrawn(@Observes Withdrawal withdrawal) {
    synchronized (known) {
      known.keySet().removeIf(key -> withdrawal.concerns(key.device));
    }
  }

  private boolean holds(DeviceAddress device, CredentialProof proof, String text, String address) {
    var key = new Key(device, HexFormat.of().formatHex(TargetToken.sha256(text)));
    var yes = yes(key);
    if (yes != null && yes.holds(clock.instant(), FOR)) {
      return true;
    }
    try {
      return decided(key, ask(device, proof, address));
    } catch (NeighbourAwayException away) {
      if (yes != null && yes.holds(clock.instant(), FOR_WHILE_AWAY)) {
        return true;
      }
      throw new Refusal.Unavailable("The registry does not say whether the proof holds")
          .asException();
    }
  }

  /** A token may be for less than this; who asks says that it looks at that. */
  private VerifyAnswer ask(DeviceAddress device, CredentialProof proof, String address) {
    return neighbours
        .verify(new VerifyRequest(device, proof, address, true))
        .await()
        .indefinitely();
  }

  private boolean decided(Key key, VerifyAnswer answer) {
    var yes =
        switch (answer) {
          case VerifyAnswer.Allowed it
              when it.device().equals(key.device) && isForFirmware(it.token()) ->
              new Yes(clock.instant(), it.validUntil());
          case VerifyAnswer.Allowed _ -> null;
          case VerifyAnswer.Denied _ -> null;
        };
    synchronized (known) {
      known.remove(key);
      if (yes != null) {
        known.put(key, yes);
      }
    }
    return yes != null;
  }

  private static boolean isForFirmware(VerifyAnswer.IssuedToken token) {
    return token == null || token.scopes().contains(DeviceScope.FIRMWARE_READ);
  }

  private Yes yes(Key key) {
    synchronized (known) {
      return known.get(key);
    }
  }
}
