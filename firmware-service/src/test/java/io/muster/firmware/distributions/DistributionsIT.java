package io.muster.firmware.distributions;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.actions.Feedback;
import io.muster.firmware.targets.TargetTable;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What tenants make of their artifacts: how much, in which order, and when it may go. */
class DistributionsIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final Author BY = new Author("pat", null);
  private static final TenantId TENANT = new TenantId("acme");
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "lamp-1");

  @TempDir Path folder;
  private PlainParts parts;
  private Distributions distributions;

  @BeforeEach
  void wire() throws Exception {
    var clock = Clock.systemUTC();
    parts = new PlainParts(DATABASE, folder, clock);
    var limits =
        Map.of(
            "muster.firmware.distributions.modules-per-tenant", "2",
            "muster.firmware.distributions.per-tenant", "2");
    distributions =
        new Distributions(
            parts.database, parts.changes, config(DistributionConfig.class, limits), clock);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void aTenantHasSoManyModulesAndDistributions() {
    var first = module(TENANT, "1");
    module(TENANT, "2");
    assertLimit("software modules of the tenant", () -> module(TENANT, "3"));
    distribution(TENANT, "1", first);
    distribution(TENANT, "2", first);
    assertLimit("distributions of the tenant", () -> distribution(TENANT, "3", first));
    // Nobody counts for another.
    module(new TenantId("other"), "1");
  }

  @Test
  void whatIsReleasedAlreadyIsNotReleasedAgain() {
    var made = distribution(TENANT, "1", module(TENANT, "1"));
    DATABASE.run(
        "INSERT INTO tenant_setting (tenant, version, signature_required, confirmation_required)"
            + " VALUES ('acme', 1, false, false)");
    var released = distributions.release(TENANT, made.id(), BY);
    var again = distributions.release(TENANT, made.id(), new Author("sam", null));
    assertEquals(released.releasedAt(), again.releasedAt());
    assertEquals("pat", again.releasedBy());
    assertEquals(
        1, DATABASE.number("SELECT count(*) FROM audit WHERE action = 'distribution-released'"));
  }

  @Test
  void whatIsWithdrawnIsNotReleasedAnyMoreUntilItIsAgain() {
    var made = distribution(TENANT, "1", module(TENANT, "1"));
    DATABASE.run(
        "INSERT INTO tenant_setting (tenant, version, signature_required, confirmation_required)"
            + " VALUES ('acme', 1, false, false)");
    assertConflict("not-released", () -> distributions.withdraw(TENANT, made.id(), BY));
    distributions.release(TENANT, made.id(), BY);
    var withdrawn = distributions.withdraw(TENANT, made.id(), BY);
    assertFalse(withdrawn.isReleased());
    assertEquals("pat", withdrawn.withdrawnBy());
    assertEquals(withdrawn, distributions.withdraw(TENANT, made.id(), new Author("sam", null)));
    assertEquals(
        1, DATABASE.number("SELECT count(*) FROM audit WHERE action = 'distribution-withdrawn'"));
    assertAbsent(() -> distributions.withdraw(new TenantId("other"), made.id(), BY));
    // Its signatures are looked at again.
    DATABASE.run("UPDATE tenant_setting SET signature_required = true");
    assertConflict("signature-missing", () -> distributions.release(TENANT, made.id(), BY));
    DATABASE.run("UPDATE tenant_setting SET signature_required = false");
    var again = distributions.release(TENANT, made.id(), BY);
    assertTrue(again.isReleased());
    assertEquals(null, again.withdrawnBy());
  }

  @Test
  void listsHoldWhatIsInThemInItsOrder() {
    var one = module(TENANT, "1");
    var two = module(TENANT, "2", "other", 3);
    distribution(TENANT, "1", two, one);
    distribution(TENANT, "2", one);
    var modules = distributions.modules(TENANT, 0, null, 10);
    assertEquals(List.of(two, one), modules);
    assertEquals(3, two.artifacts().size());
    var listed = distributions.list(TENANT, 0, null, 10);
    assertEquals(
        List.of(List.of(one), List.of(two, one)),
        listed.stream().map(Distribution::modules).toList());
    assertEquals(listed.getLast(), distributions.find(TENANT, listed.getLast().id()));
    assertEquals(List.of(), distributions.list(new TenantId("other"), 0, null, 10));
  }

  @Test
  void whatIsNewAndWhomItFitsIsTold() {
    var artifact = module(TENANT, "1").artifacts().getFirst().id();
    var module = new ModuleBody("base", "2", "application", "It is faster.", List.of(artifact));
    var made = distributions.makeModule(TENANT, module, BY);
    assertEquals("It is faster.", distributions.module(TENANT, made.id()).releaseNotes());
    var body =
        new DistributionBody("lamp", "1", List.of(made.id()), List.of("lamp"), "A year's work.");
    var found = distributions.find(TENANT, distributions.make(TENANT, body, BY).id());
    assertEquals("A year's work.", found.releaseNotes());
    assertEquals(List.of("lamp"), found.deviceTypes());
  }

  @Test
  void whatIsInUseStays() {
    var module = module(TENANT, "1");
    var made = distribution(TENANT, "1", module);
    assertConflict("module-in-use", () -> distributions.deleteModule(TENANT, module.id(), BY));
    parts.registry.add(DEVICE);
    var target = parts.targets.existing(DEVICE);
    parts.database.inTransaction(db -> parts.actions.start(db, target.key(), made, true, "pat"));
    assertConflict("distribution-in-use", () -> distributions.delete(TENANT, made.id(), BY));
    // Once it is over nobody needs it.
    parts.database.inTransaction(db -> parts.actions.cancel(db, target.key(), 1, "[cancelled]"));
    distributions.delete(TENANT, made.id(), BY);
    distributions.deleteModule(TENANT, module.id(), BY);
    assertEquals(0, DATABASE.number("SELECT count(*) FROM module_artifact"));
    assertEquals(1, DATABASE.number("SELECT count(*) FROM artifact"));
  }

  @Test
  void whatADeviceInstalledLastStaysAndWhatItHadBeforeMayGo() {
    var module = module(TENANT, "1");
    var first = distribution(TENANT, "1", module);
    install(first);
    assertConflict("distribution-in-use", () -> distributions.delete(TENANT, first.id(), BY));
    var second = distribution(TENANT, "2", module(TENANT, "2"));
    install(second);
    distributions.delete(TENANT, first.id(), BY);
    distributions.deleteModule(TENANT, module.id(), BY);
    assertConflict("distribution-in-use", () -> distributions.delete(TENANT, second.id(), BY));
    // Whoever has that device's name now installed nothing.
    parts.database.inTransaction(
        db -> {
          TargetTable.deleted(db, DEVICE, Instant.now());
          return null;
        });
    distributions.delete(TENANT, second.id(), BY);
  }

  @Test
  void ofADeletedOneItsNameIsLeftForThoseWhoGotItAndIsFree() {
    var module = module(TENANT, "1");
    var first = distribution(TENANT, "1", module);
    install(first);
    var second = distribution(TENANT, "2", module);
    install(second);
    distributions.delete(TENANT, first.id(), BY);
    var left = parts.database.use(db -> DistributionTable.byKey(db, first.key()));
    assertTrue(left.isDeleted());
    assertEquals(List.of("lamp", "1"), List.of(left.name(), left.version()));
    assertAbsent(() -> distributions.find(TENANT, first.id()));
    assertAbsent(() -> distributions.release(TENANT, first.id(), BY));
    assertAbsent(() -> distributions.delete(TENANT, first.id(), BY));
    assertEquals(List.of(second), distributions.list(TENANT, 0, null, 10));
    var anew = distribution(TENANT, "1", module);
    assertNotEquals(first.id(), anew.id());
    // When nobody tells of it any more it goes with the next one.
    DATABASE.run("DELETE FROM action WHERE number = 1");
    distributions.delete(TENANT, anew.id(), BY);
    assertEquals(1, DATABASE.number("SELECT count(*) FROM distribution"));
  }

  private void install(Distribution it) {
    parts.registry.add(DEVICE);
    var target = parts.targets.existing(DEVICE);
    var number =
        parts.database.inTransaction(db -> parts.actions.start(db, target.key(), it, true, "pat"));
    parts.actions.deploymentFeedback(
        target,
        number,
        new Feedback(Feedback.Execution.CLOSED, Feedback.Finished.SUCCESS, null, List.of()));
  }

  private static void assertAbsent(Executable step) {
    var refused = assertThrows(RefusedException.class, step).refusal();
    assertInstanceOf(Refusal.Absent.class, refused);
  }

  @Test
  void nobodyDeletesOrUsesWhatIsAnothers() {
    var other = new TenantId("other");
    var module = module(TENANT, "1");
    var made = distribution(TENANT, "1", module);
    assertInstanceOf(
        Refusal.Absent.class,
        assertThrows(
                RefusedException.class, () -> distributions.deleteModule(other, module.id(), BY))
            .refusal());
    assertInstanceOf(
        Refusal.Absent.class,
        assertThrows(RefusedException.class, () -> distributions.release(other, made.id(), BY))
            .refusal());
    assertInstanceOf(
        Refusal.Meaningless.class,
        assertThrows(RefusedException.class, () -> distribution(other, "1", module)).refusal());
  }

  private static void assertConflict(String kind, Executable step) {
    var refused = assertThrows(RefusedException.class, step).refusal();
    assertEquals(kind, assertInstanceOf(Refusal.Conflict.class, refused).kind());
  }

  private static void assertLimit(String what, Executable step) {
    var refused = assertThrows(RefusedException.class, step).refusal();
    assertEquals(new Refusal.LimitReached(what, 2), refused);
  }

  private SoftwareModule module(TenantId tenant, String version) {
    return module(tenant, version, "base", 1);
  }

  private SoftwareModule module(TenantId tenant, String version, String name, int artifacts) {
    var ids = Stream.generate(UUID::randomUUID).limit(artifacts).toList();
    for (var i = 0; i < artifacts; i++) {
      DATABASE.run(
          "INSERT INTO artifact (id, tenant, filename, sha256, sha1, md5, size_bytes, created_at,"
              + " created_by) VALUES ('%s', '%s', '%d.bin', '%s', '', '', 1, now(), 'pat')"
                  .formatted(ids.get(i), tenant, i, "0".repeat(64)));
    }
    return distributions.makeModule(
        tenant, new ModuleBody(name, version, "firmware", null, ids.reversed()), BY);
  }

  private Distribution distribution(TenantId tenant, String version, SoftwareModule... modules) {
    var ids = Stream.of(modules).map(SoftwareModule::id).toList();
    return distributions.make(tenant, new DistributionBody("lamp", version, ids, null, null), BY);
  }
}
