package io.muster.firmware.ddi;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.firmware.settings.Settings;
import io.muster.firmware.targets.Target;
import io.muster.firmware.targets.TargetToken;
import io.muster.firmware.targets.TargetTokens;
import io.muster.firmware.targets.Targets;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Who asks at hawkBit's device API. A proof is looked at before anybody is asked whether there is
 * the device, so that strangers cost little and learn nothing: all answers to them are the same.
 * Waits; thread-safe.
 */
@ApplicationScoped
class DeviceAccess {
  private static final Logger LOG = Logger.getLogger("io.muster.firmware.access");

  private final Targets targets;
  private final TargetTokens tokens;
  private final DeviceTokens deviceTokens;
  private final Settings settings;
  private final MeterRegistry meters;
  private final Attempts attempts;
  private final int wrongGatewayTokens;

  DeviceAccess(
      Targets targets,
      TargetTokens tokens,
      DeviceTokens deviceTokens,
      Settings settings,
      DdiConfig config,
      MeterRegistry meters,
      Clock clock) {
    this.targets = targets;
    this.tokens = tokens;
    this.deviceTokens = deviceTokens;
    this.settings = settings;
    this.meters = meters;
    this.wrongGatewayTokens = config.ddi().wrongGatewayTokens();
    this.attempts = new Attempts(wrongGatewayTokens, clock);
  }

  /**
   * The device that asks; 401 for everybody else.
   *
   * @param tenant as in the path, in any case
   * @param authorization the header, or null
   * @param address from where
   */
  Target of(String tenant, String controllerId, String authorization, String address) {
    var device = address(tenant, controllerId);
    var target = device.flatMap(it -> proven(it, authorization, address));
    if (target.isEmpty()) {
      LOG.infof("Denied %s from %s", device.map(Object::toString).orElse("?"), address);
      throw new Refusal.NotAuthenticated().asException();
    }
    return target.get();
  }

  private Optional<Target> proven(DeviceAddress device, String authorization, String address) {
    if (authorization == null) {
      return refused("none");
    }
    var parts = authorization.strip().split(" +", 2);
    var shown = parts.length < 2 ? "" : parts[1].strip();
    return switch (parts[0].toLowerCase(Locale.ROOT)) {
      case "targettoken" -> byTargetToken(device, shown);
      case "gatewaytoken" -> byGatewayToken(device, shown, address);
      case "bearer" -> byDeviceToken(device, shown, address);
      default -> refused("other");
    };
  }

  private Optional<Target> byTargetToken(DeviceAddress device, String shown) {
    var holds = tokens.owner(device).filter(target -> tokens.holds(target, shown)).isPresent();
    return holds ? counted("target-token", targets.enabled(device)) : refused("target-token");
  }

  private Optional<Target> byGatewayToken(DeviceAddress device, String shown, String address) {
    var who = device.tenant() + " " + address;
    if (attempts.isBlocked(who)) {
      throw new Refusal.LimitReached("wrong gateway tokens in a minute", wrongGatewayTokens)
          .asException();
    }
    var known = settings.read(device.tenant()).gatewayTokenSha256();
    if (known.isEmpty() || !MessageDigest.isEqual(known.get(), TargetToken.sha256(shown))) {
      attempts.wrong(who);
      return refused("gateway-token");
    }
    return counted("gateway-token", targets.enabled(device));
  }

  private Optional<Target> byDeviceToken(DeviceAddress device, String shown, String address) {
    return deviceTokens.holds(device, shown, address)
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
    meters
        .counter("muster.firmware.device.requests", "proof", proof, "decision", decision)
        .increment();
    return target;
  }

  private static Optional<DeviceAddress> address(String tenant, String controllerId) {
    try {
      return Optional.of(DeviceAddress.of(tenant.toLowerCase(Locale.ROOT), controllerId));
    } catch (MalformedIdException nobody) {
      return Optional.empty();
    }
  }
}
