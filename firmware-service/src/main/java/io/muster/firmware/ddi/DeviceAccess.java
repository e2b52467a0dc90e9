package io.muster.firmware.ddi;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.firmware.settings.Settings;
import io.muster.firmware.targets.Holder;
import io.muster.firmware.targets.Target;
import io.muster.firmware.targets.TargetToken;
import io.muster.firmware.targets.TargetTokens;
import io.muster.firmware.targets.Targets;
import io.muster.rest.answers.ProofKey;
import io.muster.rest.problem.Challenge;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
  private static final List<String> DECISIONS = List.of("allow", "deny", "banned");

  private final Targets targets;
  private final TargetTokens tokens;
  private final RegistryProofs proofs;
  private final Strangers strangers;
  private final ProofKey.Maker keys = new ProofKey.Maker();
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
      Strangers strangers,
      Settings settings,
      GatewayUse gatewayUse,
      DdiConfig config,
      MeterRegistry meters,
      Clock clock) {
    this.targets = targets;
    this.tokens = tokens;
    this.proofs = proofs;
    this.strangers = strangers;
    this.settings = settings;
    this.meters = meters;
    for (var proof : PROOFS) {
      DECISIONS.forEach(decision -> counter(proof, decision));
    }
    this.gatewayUse = gatewayUse;
    this.limits = config.ddi();
    this.wrongTokens = new Attempts(limits.wrongGatewayTokens(), clock);
    this.gatewayRequests = new Attempts(limits.gatewayRequests(), clock);
  }

  /**
   * The device that asks; 401 for everybody else, 429 for who failed again and again.
   *
   * @param tenant as in the path, in any case
   * @param authorization the header, or null
   * @param visitor who asks, as far as the connection tells
   */
  Target of(String tenant, String controllerId, String authorization, Visitor visitor) {
    var proof = Proof.of(authorization, visitor.certificate());
    var target = address(tenant, controllerId).flatMap(it -> proven(it, proof, visitor));
    count(proof, target.isPresent() ? "allow" : "deny");
    return target.orElseThrow(() -> new Refusal.NotAuthenticated(Challenge.HAWKBIT).asException());
  }

  private Optional<Target> proven(DeviceAddress device, Proof proof, Visitor visitor) {
    if (proof instanceof Proof.Missing) {
      // No failure: many clients show something only when they are told to.
      return Optional.empty();
    }
    var attempt =
        new Strangers.Attempt(device, visitor, keys.of(device, proof.label(), proof.parts()));
    refuseTheBanned(attempt, proof);
    return switch (holder(attempt, proof)) {
      case Holder.Of(var target) -> {
        strangers.held(attempt);
        yield Optional.of(target);
      }
      case Holder.KeptOut _ -> Optional.empty();
      case Holder.Nobody _ -> {
        strangers.failed(attempt);
        yield Optional.empty();
      }
    };
  }

  private void refuseTheBanned(Strangers.Attempt attempt, Proof proof) {
    var remaining = strangers.bannedFor(attempt);
    if (remaining.isPositive()) {
      count(proof, "banned");
      throw new Refusal.TooManyFailures(remaining).asException();
    }
  }

  private Holder holder(Strangers.Attempt attempt, Proof proof) {
    if (strangers.wasRefused(attempt)) {
      return new Holder.Nobody();
    }
    var device = attempt.device();
    var address = attempt.visitor().address();
    return switch (proof) {
      case Proof.OfTarget(var text) -> tokens.holder(device, text);
      case Proof.OfGateway(var text) -> byGatewayToken(device, text, address);
      case Proof.OfDevice(var jwt) -> byRegistry(device, proofs.of(device, jwt, address));
      case Proof.OfTls(var shown) -> byRegistry(device, proofs.of(device, shown, address));
      case Proof.Missing _ -> new Holder.Nobody();
    };
  }

  private Holder byRegistry(DeviceAddress device, RegistryProofs.Word word) {
    return switch (word) {
      case HOLDS ->
          targets.enabled(device).<Holder>map(Holder.Of::new).orElseGet(Holder.KeptOut::new);
      case KEPT_OUT -> new Holder.KeptOut();
      case REFUSED -> new Holder.Nobody();
    };
  }

  private Holder byGatewayToken(DeviceAddress device, String shown, String address) {
    var who = device.tenant() + " " + address;
    refuseBeyond(wrongTokens, who, "wrong gateway tokens in a minute", limits.wrongGatewayTokens());
    var wanted = settings.read(device.tenant());
    var known = wanted.gatewayTokenSha256();
    if (known.isEmpty() || !MessageDigest.isEqual(known.get(), TargetToken.sha256(shown))) {
      wrongTokens.count(who);
      return new Holder.Nobody();
    }
    var tenant = device.tenant().value();
    refuseBeyond(
        gatewayRequests,
        tenant,
        "requests of the gateway token in a minute",
        limits.gatewayRequests());
    gatewayRequests.count(tenant);
    settings.gatewayTokenUsed(device.tenant(), wanted);
    var target = targets.enabled(device);
    target.ifPresent(_ -> gatewayUse.used(device, address));
    // Names that it guesses cost the registry a question each.
    return target.<Holder>map(Holder.Of::new).orElseGet(Holder.Nobody::new);
  }

  private void refuseBeyond(Attempts attempts, String who, String what, int limit) {
    if (attempts.isBlocked(who)) {
      counter("gateway-token", "deny").increment();
      throw new Refusal.LimitReached(what, limit).asException();
    }
  }

  private void count(Proof proof, String decision) {
    counter(proof.label(), decision).increment();
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
