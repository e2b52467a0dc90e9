package io.muster.firmware.ddi;

import io.muster.firmware.database.Database;
import io.muster.firmware.targets.Target;
import io.muster.firmware.targets.TargetTable;
import io.muster.rest.problem.Refusal;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

/** What devices say of themselves. Waits; thread-safe. */
@ApplicationScoped
class Attributes {
  private final Database database;
  private final DeviceRequests requests;
  private final DdiConfig config;
  private final Clock clock;

  Attributes(Database database, DeviceRequests requests, DdiConfig config, Clock clock) {
    this.database = database;
    this.requests = requests;
    this.config = config;
    this.clock = clock;
  }

  void take(Target target, DdiJson.ConfigData said) {
    database.inTransaction(
        db -> {
          TargetTable.lock(db, target.key());
          var before = TargetTable.attributes(db, target.key());
          var after = after(before, said);
          if (after.equals(before)) {
            TargetTable.described(db, target.key(), clock.instant());
            return null;
          }
          if (after.size() > config.ddi().attributes()) {
            throw new Refusal.LimitReached("attributes of the device", config.ddi().attributes())
                .asException();
          }
          requests.describesItself(target);
          db.change(
              "UPDATE target SET attributes = $2::text::jsonb, attributes_at = $3 WHERE key = $1",
              target.key(),
              new JsonObject(after).encode(),
              clock.instant());
          return null;
        });
  }

  private static Map<String, Object> after(Map<String, Object> before, DdiJson.ConfigData said) {
    Map<String, Object> after = new LinkedHashMap<>();
    switch (said.mode()) {
      case MERGE -> {
        after.putAll(before);
        after.putAll(said.data());
      }
      case REPLACE -> after.putAll(said.data());
      case REMOVE -> {
        after.putAll(before);
        after.keySet().removeAll(said.data().keySet());
      }
    }
    return after;
  }
}
