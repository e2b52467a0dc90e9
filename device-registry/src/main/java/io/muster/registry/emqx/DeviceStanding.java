package io.muster.registry.emqx;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;

/** Whether devices may take part, and who may speak for them. Thread-safe. */
@ApplicationScoped
class DeviceStanding {
  private static final String FIND =
      """
      SELECT d.enabled AND NOT t.suspended AS enabled, g.id AS gateway
        FROM tenant t
        JOIN device d ON d.tenant_key = t.key
        LEFT JOIN device g ON g.key = d.gateway_key
       WHERE t.id = $1 AND d.id = $2\
      """;

  private final Pool pool;
  private final Clock clock;
  private final Remembered<DeviceAddress, Optional<Standing>> remembered;

  DeviceStanding(Pool pool, EmqxConfig config, Clock clock) {
    this.pool = pool;
    this.clock = clock;
    this.remembered = new Remembered<>(config.answers(), config.answersKept(), clock);
  }

  /**
   * What counts of a device.
   *
   * @param gateway the id of the device of the same tenant that may speak for it, or null
   */
  record Standing(boolean enabled, String gateway) {}

  /** Whether one device may act on behalf of another one, or of itself. */
  Uni<Boolean> mayActFor(DeviceAddress actor, DeviceAddress owner) {
    if (!actor.tenant().equals(owner.tenant())) {
      return Uni.createFrom().item(false);
    }
    return isEnabled(actor)
        .chain(
            enabled ->
                enabled && !actor.equals(owner)
                    ? isGateway(actor, owner)
                    : Uni.createFrom().item(enabled));
  }

  private Uni<Boolean> isEnabled(DeviceAddress device) {
    return of(device).map(found -> found.map(Standing::enabled).orElse(false));
  }

  private Uni<Boolean> isGateway(DeviceAddress gateway, DeviceAddress device) {
    return of(device)
        .map(
            found ->
                found
                    .filter(it -> it.enabled() && gateway.device().value().equals(it.gateway()))
                    .isPresent());
  }

  private Uni<Optional<Standing>> of(DeviceAddress device) {
    var known = remembered.get(device);
    if (known.isPresent()) {
      return Uni.createFrom().item(known.get());
    }
    var asked = clock.instant();
    return pool.preparedQuery(FIND)
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .map(
            rows -> {
              var found = Optional.<Standing>empty();
              for (var row : rows) {
                found =
                    Optional.of(new Standing(row.getBoolean("enabled"), row.getString("gateway")));
              }
              remembered.put(device, found, asked);
              return found;
            });
  }
}
