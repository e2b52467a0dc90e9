package io.muster.firmware.ddi;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.firmware.neighbours.NeighbourAwayException;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.firmware.targets.TargetToken;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whether a device's own token (JWT) holds, as the registry says. A yes is remembered for up to a
 * minute, a no never. Waits; thread-safe.
 */
@ApplicationScoped
class DeviceTokens {
  private static final int REMEMBERED = 10_000;
  private static final Duration FOR = Duration.ofSeconds(60);
  private static final int MAX_CHARACTERS = 8_192;

  private final Neighbours neighbours;
  private final Clock clock;
  private final Map<String, Instant> known =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > REMEMBERED;
        }
      };

  DeviceTokens(Neighbours neighbours, Clock clock) {
    this.neighbours = neighbours;
    this.clock = clock;
  }

  boolean holds(DeviceAddress device, String token, String address) {
    if (token.length() > MAX_CHARACTERS) {
      return false;
    }
    var name = device + " " + HexFormat.of().formatHex(TargetToken.sha256(token));
    if (isKnown(name)) {
      return true;
    }
    return switch (ask(device, token, address)) {
      case VerifyAnswer.Allowed it when it.device().equals(device) -> {
        remember(name, it.validUntil());
        yield true;
      }
      case VerifyAnswer.Allowed _ -> false;
      case VerifyAnswer.Denied _ -> false;
    };
  }

  private VerifyAnswer ask(DeviceAddress device, String token, String address) {
    try {
      return neighbours
          .verify(new VerifyRequest(device, new CredentialProof.Token(token), address))
          .await()
          .indefinitely();
    } catch (NeighbourAwayException away) {
      throw new Refusal.Unavailable("The registry does not say whether the token holds")
          .asException();
    }
  }

  private boolean isKnown(String name) {
    synchronized (known) {
      var until = known.get(name);
      return until != null && clock.instant().isBefore(until);
    }
  }

  private void remember(String name, Instant validUntil) {
    var until = clock.instant().plus(FOR);
    synchronized (known) {
      known.remove(name);
      known.put(name, validUntil != null && validUntil.isBefore(until) ? validUntil : until);
    }
  }
}
