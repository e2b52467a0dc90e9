package io.muster.firmware.ddi;

import static io.muster.firmware.HandWired.bean;
import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.SetClock;
import io.muster.firmware.settings.Settings;
import io.muster.firmware.targets.TargetTokens;
import io.muster.firmware.targets.TokenRequests;
import io.muster.rest.bans.Network;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What strangers at hawkBit's API cost the registry and each other. */
class StrangersIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final String HERE = "203.0.113.9";
  private static final String THERE = "198.51.100.7";

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private final SetTicker ticker = new SetTicker(clock);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private PlainParts parts;
  private DeviceAccess access;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, clock);
    parts.registry.verifies(StrangersIT::answer);
    for (var device : new String[] {"lamp-1", "lamp-2"}) {
      parts.registry.add(DeviceAddress.of("acme", device));
    }
    access = access(Map.of());
  }

  private DeviceAccess access(Map<String, String> settings) throws ClassNotFoundException {
    var config = config(DdiConfig.class, settings);
    var tokenLimits = config(named("targets.TargetConfig"), Map.of());
    var requests = bean(TokenRequests.class, tokenLimits, clock);
    return new DeviceAccess(
        parts.targets,
        bean(
            TargetTokens.class,
            parts.targets,
            parts.database,
            parts.changes,
            requests,
            tokenLimits,
            clock),
        new RegistryProofs(parts.neighbours, config, meters, clock, ticker),
        new Strangers(config, meters, ticker),
        bean(Settings.class, parts.database, parts.changes, requests),
        new GatewayUse(parts.changes, config, clock),
        config,
        meters,
        clock);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  /** A token that begins with the device's name is its own. */
  private static VerifyAnswer answer(VerifyRequest request) {
    return request.proof() instanceof CredentialProof.Token(var jwt)
            && jwt.equals("of-" + request.device().device())
        ? new VerifyAnswer.Allowed(
            request.device(), UUID.randomUUID(), null, new DeviceLimits(10, 1_000), null)
        : new VerifyAnswer.Denied(
            request.device().device().value().equals("off")
                ? VerifyAnswer.Reason.DEVICE_DISABLED
                : VerifyAnswer.Reason.TOKEN_SIGNATURE);
  }

  @Test
  void aCrowdOfStrangersFromOneAddressCostsNoMoreQuestionsThanItsBanAllows() {
    for (var i = 0; i < 1_000; i++) {
      refused("guess-" + i, "wrong", HERE);
    }
    assertEquals(100, parts.registry.questions());
    var told = assertInstanceOf(Refusal.TooManyFailures.class, refused("lamp-1", "x", HERE));
    assertEquals(Duration.ofMinutes(1), told.retryAfter());
    assertEquals(901, requests("banned"));
    // Nobody else pays for it.
    admitted("lamp-1", THERE);
  }

  @Test
  void aCrowdThatKnocksAtOnceIsBannedAllTheSame() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      IntStream.range(0, 200)
          .forEach(i -> threads.submit(() -> refused("guess-" + i, "wrong", HERE)));
    }
    assertInstanceOf(Refusal.TooManyFailures.class, refused("lamp-1", "x", HERE));
  }

  @Test
  void theSameWrongTokenIsAskedAboutOnceInAWhile() {
    for (var i = 0; i < 9; i++) {
      assertInstanceOf(Refusal.NotAuthenticated.class, refused("lamp-1", "wrong", HERE));
    }
    assertEquals(1, parts.registry.questions());
    ticker.advance(Duration.ofSeconds(2));
    assertInstanceOf(Refusal.NotAuthenticated.class, refused("lamp-1", "wrong", HERE));
    assertEquals(2, parts.registry.questions());
    assertInstanceOf(Refusal.TooManyFailures.class, refused("lamp-1", "wrong", HERE));
  }

  @Test
  void aBanEndsByItself() {
    for (var i = 0; i < 10; i++) {
      refused("lamp-1", "wrong " + i, HERE);
    }
    assertInstanceOf(Refusal.TooManyFailures.class, refused("lamp-1", "of-lamp-1", HERE));
    ticker.advance(Duration.ofMinutes(1));
    admitted("lamp-1", HERE);
  }

  @Test
  void oneBadDeviceBehindAnAddressKeepsNoOtherOut() {
    for (var i = 0; i < 500; i++) {
      refused("lamp-1", "wrong " + i, HERE);
    }
    assertEquals(10, parts.registry.questions());
    admitted("lamp-2", HERE);
    assertInstanceOf(Refusal.TooManyFailures.class, refused("lamp-1", "wrong", HERE));
  }

  @Test
  void aDeviceThatWasLetInOfLateIsNotKeptOutByStrangersBesideIt() {
    admitted("lamp-1", HERE);
    for (var i = 0; i < 100; i++) {
      refused("guess-" + i, "wrong", HERE);
    }
    var questions = parts.registry.questions();
    admitted("lamp-1", HERE);
    assertEquals(questions, parts.registry.questions());
    assertInstanceOf(Refusal.TooManyFailures.class, refused("lamp-2", "of-lamp-2", HERE));
  }

  @Test
  void aRegistryThatIsAwayBansNobody() {
    parts.registry.away(true);
    for (var i = 0; i < 20; i++) {
      assertInstanceOf(Refusal.Unavailable.class, refused("lamp-1", "of-lamp-1", HERE));
    }
    parts.registry.away(false);
    admitted("lamp-1", HERE);
  }

  @Test
  void whoIsSwitchedOffIsNoStranger() {
    for (var i = 0; i < 200; i++) {
      assertInstanceOf(Refusal.NotAuthenticated.class, refused("off", "right", HERE));
    }
    assertEquals(1, parts.registry.questions());
  }

  @Test
  void whoShowsNothingIsToldSoAndNeverBanned() {
    var visitor = new Visitor(HERE, Network.of(HERE), Optional.empty());
    for (var i = 0; i < 200; i++) {
      assertThrows(RefusedException.class, () -> access.of("acme", "lamp-1", null, visitor));
    }
    admitted("lamp-1", HERE);
  }

  @Test
  void aProxyThatDoesNotSayWhoIsBehindItIsNotBannedForOneOfThem() {
    var visitor = new Visitor("10.1.0.1", Network.UNKNOWN, Optional.empty());
    for (var i = 0; i < 200; i++) {
      var wrong = "Bearer wrong " + i;
      assertThrows(RefusedException.class, () -> access.of("acme", "lamp-1", wrong, visitor));
    }
    assertEquals(
        "lamp-2",
        access.of("acme", "lamp-2", "Bearer of-lamp-2", visitor).device().device().value());
  }

  @Test
  void targetTokensThatAreNoneCountAsWell() {
    var visitor = new Visitor(HERE, Network.of(HERE), Optional.empty());
    for (var i = 0; i < 10; i++) {
      var wrong = "TargetToken %032x".formatted(i);
      assertThrows(RefusedException.class, () -> access.of("acme", "lamp-1", wrong, visitor));
    }
    assertInstanceOf(Refusal.TooManyFailures.class, refused("lamp-1", "x", HERE));
    assertEquals(0, parts.registry.questions());
  }

  @Test
  void aGatewayIsListenedToSoOftenInAMinuteAndNoMore() throws Exception {
    access = access(Map.of("muster.firmware.ddi.gateway-requests", "2"));
    DATABASE.run(
        "INSERT INTO tenant_setting (tenant, version, signature_required, confirmation_required,"
            + " gateway_token_sha256) VALUES ('acme', 1, true, false, sha256('secret'))");
    var visitor = new Visitor(HERE, Network.of(HERE), Optional.empty());
    access.of("acme", "lamp-1", "GatewayToken secret", visitor);
    access.of("acme", "lamp-2", "GatewayToken secret", visitor);
    var refused =
        assertThrows(
            RefusedException.class,
            () -> access.of("acme", "lamp-1", "GatewayToken secret", visitor));
    assertInstanceOf(Refusal.LimitReached.class, refused.refusal());
    clock.advance(Duration.ofMinutes(1));
    access.of("acme", "lamp-1", "GatewayToken secret", visitor);
    assertEquals(
        1, DATABASE.number("SELECT count(*) FROM tenant_setting WHERE gateway_token_used"));
  }

  private void admitted(String device, String address) {
    var visitor = new Visitor(address, Network.of(address), Optional.empty());
    var target = access.of("acme", device, "Bearer of-" + device, visitor);
    assertEquals(DeviceAddress.of("acme", device), target.device());
  }

  private Refusal refused(String device, String token, String address) {
    var visitor = new Visitor(address, Network.of(address), Optional.empty());
    return assertThrows(
            RefusedException.class, () -> access.of("acme", device, "Bearer " + token, visitor))
        .refusal();
  }

  private double requests(String decision) {
    return meters
        .get("muster.firmware.device.requests")
        .tag("proof", "device-token")
        .tag("decision", decision)
        .counter()
        .count();
  }

  private static Class<?> named(String name) throws ClassNotFoundException {
    return Class.forName("io.muster.firmware." + name);
  }
}
