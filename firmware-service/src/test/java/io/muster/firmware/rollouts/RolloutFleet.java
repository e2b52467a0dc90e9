package io.muster.firmware.rollouts;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.Neighbour;
import io.muster.firmware.SetClock;
import io.muster.rest.idempotency.IdempotencyKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For each test a tenant with devices, a registry that knows them over real HTTP, a clock to set,
 * and an instance that drives rollouts of a released distribution to them.
 */
final class RolloutFleet implements BeforeEachCallback, AfterEachCallback {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");

  private final FirmwareDatabase database;
  private final List<RolloutInstance> instances = new ArrayList<>();
  SetClock clock;
  Neighbour registry;
  TenantId tenant;
  RolloutInstance instance;
  UUID distribution;

  /**
   * @param database which is registered before this
   */
  RolloutFleet(FirmwareDatabase database) {
    this.database = database;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    clock = new SetClock();
    clock.set(T0);
    registry = new Neighbour();
    registry.filter("tag==lab", id -> true);
    tenant = new TenantId("t" + UUID.randomUUID().toString().substring(0, 12));
    instance = newInstance(Map.of());
    distribution = distribution("2.0");
  }

  @Override
  public void afterEach(ExtensionContext context) {
    instances.forEach(RolloutInstance::close);
    registry.close();
  }

  /** One more, with settings of its own. */
  RolloutInstance newInstance(Map<String, String> settings) {
    var made = new RolloutInstance(database, settings, clock, registry.url());
    instances.add(made);
    return made;
  }

  DeviceAddress address(String id) {
    return DeviceAddress.of(tenant.value(), id);
  }

  /** So many that the registry knows; the first is {@code d0000}. */
  List<DeviceAddress> devices(int count) {
    var devices = IntStream.range(0, count).mapToObj(i -> address("d%04d".formatted(i))).toList();
    devices.forEach(registry::add);
    return devices;
  }

  /** A released one of the tenant. */
  UUID distribution(String version, String... types) {
    return instance.distribution(tenant, version, types);
  }

  /** The body of a rollout to these devices, with more members. */
  String listed(List<DeviceAddress> devices, String more) {
    return listed(devices, distribution, more);
  }

  String listed(List<DeviceAddress> devices, UUID what, String more) {
    var ids = devices.stream().map(it -> "'" + it.device() + "'").toList();
    return body(what, "'targets':{'devices':[" + String.join(",", ids) + "]}", more);
  }

  /** The body of a rollout to all devices, by a filter. */
  String fitting(String more) {
    return fitting(distribution, more);
  }

  String fitting(UUID what, String more) {
    return body(what, "'targets':{'filter':'tag==lab'}", more);
  }

  static String body(UUID what, String targets, String more) {
    return "{'name':'spring','distribution':'%s',%s%s}"
        .formatted(what, targets, more.isEmpty() ? "" : "," + more);
  }

  UUID make(String body) {
    return instance.make(tenant, body);
  }

  UUID make(String body, Optional<IdempotencyKey> key) {
    return instance.make(tenant, body, key);
  }

  void work() {
    instance.work();
  }

  /** When all that waits for answers looks again. */
  void later() {
    clock.advance(Duration.ofSeconds(10));
    work();
    clock.advance(Duration.ofSeconds(1));
    work();
  }

  RolloutView read(UUID rollout) {
    return instance.read(tenant, rollout);
  }

  String state(UUID rollout) {
    return instance.state(tenant, rollout);
  }

  Map<String, Long> counts(UUID rollout) {
    return instance.counts(tenant, rollout);
  }

  /** The states of its groups. */
  List<String> groups(UUID rollout) {
    return read(rollout).groups().stream().map(it -> it.state()).toList();
  }

  /** The registry has another device, and tells of it. */
  void appears(String name) {
    registry.add(address(name));
    instance.registryTells("platform/registry/device-created/" + address(name));
  }
}
