package io.muster.registry.firmware;

import io.muster.contract.event.InstalledEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/** The table {@code installed_firmware}. Stateless. */
final class InstalledTable {
  /** The type of a module whose version is the device's firmware version. */
  private static final String FIRMWARE = "firmware";

  // A device that was made after that is another one of the same name. Those that there are stay
  // until the commit.
  private static final String WRITE =
      """
      INSERT INTO installed_firmware (device_key, modules, versions, told_at)
      SELECT d.key, a.modules::jsonb, ARRAY(SELECT jsonb_array_elements_text(a.versions::jsonb)), a.at
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
          AS a (tenant, device, modules, versions, at)
        JOIN tenant t ON t.id = a.tenant
        JOIN device d ON d.tenant_key = t.key AND d.id = a.device AND d.created_at <= a.at
       ORDER BY d.key FOR KEY SHARE OF d
      ON CONFLICT (device_key) DO UPDATE
        SET modules = excluded.modules, versions = excluded.versions, told_at = excluded.told_at\
      """;

  private InstalledTable() {}

  /**
   * Writes what devices have installed, as far as there are those devices.
   *
   * @param installed of each device once
   */
  static Uni<Void> write(SqlClient transaction, Collection<Installed> installed) {
    return transaction
        .preparedQuery(WRITE)
        .execute(
            Tuple.of(
                texts(installed, it -> it.device().tenant().value()),
                texts(installed, it -> it.device().device().value()),
                texts(installed, it -> modules(it.modules())),
                texts(installed, it -> versions(it.modules())),
                installed.stream()
                    .map(it -> it.at().atOffset(ZoneOffset.UTC))
                    .toArray(OffsetDateTime[]::new)))
        .replaceWithVoid();
  }

  private static String[] texts(Collection<Installed> installed, Function<Installed, String> text) {
    return installed.stream().map(text).toArray(String[]::new);
  }

  private static String modules(List<InstalledEvent.Module> modules) {
    var versions = new JsonObject();
    modules.forEach(module -> versions.put(module.name(), module.version()));
    return versions.encode();
  }

  private static String versions(List<InstalledEvent.Module> modules) {
    return new JsonArray(
            modules.stream()
                .filter(module -> module.type().equals(FIRMWARE))
                .map(InstalledEvent.Module::version)
                .distinct()
                .toList())
        .encode();
  }
}
