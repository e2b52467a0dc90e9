package io.muster.firmware.actions;

import io.muster.contract.event.InstalledEvent;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.Distribution;
import java.time.Instant;
import java.util.List;

/** What devices have installed. Stateless. */
public final class InstalledModules {
  private static final String UPSERT =
      """
      INSERT INTO installed_module (target_key, name, version, type, number, installed_at)
      VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (target_key, name) DO UPDATE
        SET version = excluded.version, type = excluded.type, number = excluded.number,
            installed_at = excluded.installed_at\
      """;

  private InstalledModules() {}

  /** What else it had stays: a distribution of an application leaves the firmware alone. */
  static void add(Sql db, Action action, Distribution distribution, Instant now) {
    for (var module : distribution.modules()) {
      db.change(
          UPSERT,
          action.targetKey(),
          module.name(),
          module.version(),
          module.type().label(),
          action.number(),
          now);
    }
  }

  /** In the order of their names. */
  public static List<InstalledEvent.Module> of(Sql db, long target) {
    return db.rows(
        row ->
            new InstalledEvent.Module(
                row.getString("name"), row.getString("version"), row.getString("type")),
        "SELECT name, version, type FROM installed_module WHERE target_key = $1 ORDER BY name",
        target);
  }
}
