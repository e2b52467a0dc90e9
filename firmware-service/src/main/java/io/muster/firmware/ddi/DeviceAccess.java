package io.muster.firmware.ddi;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.firmware.settings.Settings;
import io.muster.firmware.targets.Target;
import io.muster.firmware.targets.TargetToken;
import io.muster.firmware.targets.TargetTokens;
import io.muster.firmware.targets.Targets;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Who asks at hawkBit's device API. A proof is looked at before anybody is asked whether there is
 * the device, so that strangers cost little and learn nothing: all answers to them are the same.
 * Waits; thread-safe.
 */
@Startup
@ApplicationScoped
class DeviceAccess {
  private static final List<String> PROOFS =
      List.of("target-token", "gateway-token", "device-token", "certificate", "none", "other");
  private static final Logger LOG = Logger.getLogger("io.muster.firmware.access");

  private final Targets targets;
  private final TargetTokens tokens;
  private final RegistryProofs proofs;
  private final Settings settings;
  private final MeterRegistry meters;
  private final GatewayUse gatewayUse;
  private final Attempts wrongTokens;
  private final Attempts gatewayRequests;
  private final DdiConfig.Ddi limits;

  DeviceAccess(
      Targets targets,
      TargetTokens tokens,
      RegistryProofs proofs,
      Settings settings,
      GatewayUse gatewayUse,
      DdiConfig config,
      MeterRegistry meters,
      Clock clock) {
    this.targets = targets;
    this.tokens = tokens;
    this.proofs = proofs;
    this.settings = settings;
    this.meters = meters;
    for (var proof : PROOFS) {
      counter(proof, "allow");
      counter(proof, "deny");
    }
    this.gatewayUse = gatewayUse;
    this.limits = config.ddi();
    this.wrongTokens = new Attempts(limits.wrongGatewayTokens(), clock);
    this.gatewayRequests = new Attempts(limits.gatewayRequests(), clock);
  }

  /**
   * The device that asks; 401 for everybody else.
   *
   * @param tenant as in the path, in any case
   * @param authorization the header, or null
   * @param visitor who asks, as far as the connection tells
   */
  Target of(String tenant, String controllerId, String authorization, Visitor visitor) {
    var device = address(tenant, controllerId);
    var target = device.flatMap(it -> proven(it, authorization, visitor));
    if (target.isEmpty()) {
      LOG.infof("Denied %s from %s", device.map(Object::toString).orElse("?"), visitor.address());
      throw new Refusal.NotAuthenticated().asException();
    }
    return target.get();
  }

  private Optional<Target> proven(DeviceAddress device, String authorization, Visitor visitor) {
    if (authorization == null) {
      return byCertificate(device, visitor);
    }
    var parts = authorization.strip().split(" +", 2);
    var shown = parts.length < 2 ? "" : parts[1].strip();
    return switch (parts[0].toLowerCase(Locale.ROOT)) {
      case "targettoken" -> byTargetToken(device, shown);
      case "gatewaytoken" -> byGatewayToken(device, shown, visitor.address());
      case "bearer" -> byDeviceToken(device, shown, visitor.address());
      default -> refused("other");
    };
  }

  private Optional<Target> byCertificate(DeviceAddress device, Visitor visitor) {
    if (visitor.certificate().isEmpty()) {
      return refused("none");
    }
    return proofs.holds(device, visitor.certificate().get(), visitor.address())
        ? counted("certificate", targets.enabled(device))
        : refused("certificate");
  }

  private Optional<Target> byTargetToken(DeviceAddress device, String shown) {
    return counted("target-token", tokens.holder(device, shown));
  }

  private Optional<Target> byGatewayToken(DeviceAddress device, String shown, String address) {
    var who = device.tenant() + " " + address;
    refuseBeyond(wrongTokens, who, "wrong gateway tokens in a minute", limits.wrongGatewayTokens());
    var known = settings.read(device.tenant()).gatewayTokenSha256();
    if (known.isEmpty() || !MessageDigest.isEqual(known.get(), TargetToken.sha256(shown))) {
      wrongTokens.count(who);
      return refused("gateway-token");
    }
    var tenant = device.tenant().value();
    refuseBeyond(
        gatewayRequests,
        tenant,
        "requests of the gateway token in a minute",
        limits.gatewayRequests());
    gatewayRequests.count(tenant);
    var target = targets.enabled(device);
    target.ifPresent(_ -> gatewayUse.used(device, address));
    return counted("gateway-token", target);
  }

  private void refuseBeyond(Attempts attempts, String who, String what, int limit) {
    if (attempts.isBlocked(who)) {
      refused("gateway-token");
      throw new Refusal.LimitReached(what, limit).asException();
    }
  }

  private Optional<Target> byDeviceToken(DeviceAddress device, String shown, String address) {
    return proofs.holds(device, shown, address)
        ? counted("device-token", targets.enabled(device))
        : refused("device-token");
  }

  private Optional<Target> counted(String proof, Optional<Target> target) {
    return target.isEmpty() ? refused(proof) : count(proof, "allow", target);
  }

  private Optional<Target> refused(String proof) {
    return count(proof, "deny", Optional.empty());
  }

  private Optional<Target> count(String proof, String decision, Optional<Target> target) {
    counter(proof, decision).increment();
    return target;
  }

  private Counter counter(String proof, String decision) {
    return Counter.builder("muster.firmware.device.requests")
        .tag("proof", proof)
        .tag("decision", decision)
        .description("Requests at hawkBit's API, by what was shown")
        .register(meters);
  }

  private static Optional<DeviceAddress> address(String tenant, String controllerId) {
    try {
      return Optional.of(DeviceAddress.of(tenant.toLowerCase(Locale.ROOT), controllerId));
    } catch (MalformedIdException nobody) {
      return Optional.empty();
    }
  }
}
