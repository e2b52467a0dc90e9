package io.muster.firmware.actions;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.database.Sql;
import io.muster.firmware.messages.Messages;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;

/** Tells devices that begin to listen what waits for them. Thread-safe. */
@ApplicationScoped
public class Reminders {
  private static final String WAITING =
      """
      SELECT t.tenant, t.device, a.number, a.state
        FROM unnest($1::text[], $2::text[]) AS heard (tenant, device)
        JOIN target AS t ON t.tenant = heard.tenant AND t.device = heard.device
       CROSS JOIN LATERAL (SELECT number, state FROM action
                            WHERE target_key = t.key AND finished_at IS NULL
                            ORDER BY number LIMIT 1) AS a
       WHERE t.known AND t.enabled
         AND NOT EXISTS (SELECT 1 FROM suspended_tenant AS s WHERE s.tenant = t.tenant)\
      """;

  private final Messages messages;

  Reminders(Messages messages) {
    this.messages = messages;
  }

  /** In the transaction; most devices have nothing that waits. */
  public void remind(Sql db, Collection<DeviceAddress> devices) {
    if (devices.isEmpty()) {
      return;
    }
    var all = List.copyOf(devices);
    var waiting =
        db.rows(
            WAITING,
            all.stream().map(it -> it.tenant().value()).toList(),
            all.stream().map(it -> it.device().value()).toList());
    for (var row : waiting) {
      var resource = ActionState.of(row.getString("state")).resource();
      messages.notice(
          db,
          DeviceAddress.of(row.getString("tenant"), row.getString("device")),
          new Messages.Notice(resource, Long.toString(row.getLong("number"))));
    }
  }
}
