package io.muster.firmware.rollouts;

import io.muster.contract.id.DeviceId;
import io.muster.firmware.actions.ManyActions;
import io.muster.firmware.database.Sql;
import io.muster.firmware.targets.TargetTable;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;

/** Which devices a rollout has. Its caller holds the rollout's row. Waits; thread-safe. */
@ApplicationScoped
class Membership {
  /** Those who come when groups are divided already have places behind all others. */
  private static final long LATER = 1L << 62;

  private static final String BACK =
      """
      SELECT d.device, d.target_key, d.place, d.previous_key, d.action_key, d.action_number, a.state,
             t.last_number
        FROM rollout_device AS d
        JOIN action AS a ON a.key = d.action_key
        JOIN target AS t ON t.key = d.target_key
       WHERE d.rollout_key = $1 AND d.device > $2 AND a.number > t.forgotten_number
       ORDER BY d.device LIMIT $3\
      """;
  private static final String ADD_BACK =
      """
      INSERT INTO rollout_device (rollout_key, device, target_key, place, state, distribution_key)
      SELECT $1, f.device, f.target, f.place, f.state, nullif(f.distribution, 0)
        FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[])
               AS f (device, target, place, state, distribution)
      ON CONFLICT (rollout_key, device) DO NOTHING\
      """;

  private final ManyActions many;

  Membership(ManyActions many) {
    this.many = many;
  }

  /** Adds what the registry said; gives how many devices are new. */
  int add(Sql db, Rollout rollout, TargetLookup.Page page) {
    var views = page.fitting();
    var names = views.stream().map(it -> it.device().device().value()).toArray(String[]::new);
    if (names.length > 0) {
      TargetTable.rememberAll(
          db,
          rollout.tenant(),
          names,
          views.stream().map(it -> it.enabled()).toArray(Boolean[]::new));
    }
    var added = DeviceTable.add(db, rollout, names, places(rollout, names, page.from()));
    addWithoutTurn(db, rollout, page.incompatible(), DeviceState.INCOMPATIBLE);
    addWithoutTurn(db, rollout, page.unknown(), DeviceState.UNKNOWN);
    return added;
  }

  private static void addWithoutTurn(
      Sql db, Rollout rollout, List<DeviceId> devices, String state) {
    var names = devices.stream().map(DeviceId::value).toArray(String[]::new);
    DeviceTable.addWithoutTurn(db, rollout, names, places(rollout, names, 0), state);
  }

  /**
   * Adds devices that another rollout gave something to, each with what it had before; what they
   * have not seen yet is taken back.
   *
   * @param after the last device that was looked at
   * @return where to go on; null at the end
   */
  String addBack(Sql db, Rollout rollout, String after, int most) {
    var rows = db.rows(BACK, rollout.rollbackOf(), after, most);
    var unseen = takeBack(db, rows);
    List<Row> back =
        rows.stream()
            .filter(it -> isChanged(it, unseen.contains(it.getLong("action_key"))))
            .toList();
    db.change(
        ADD_BACK,
        rollout.key(),
        back.stream().map(it -> it.getString("device")).toArray(String[]::new),
        back.stream().map(it -> it.getLong("target_key")).toArray(Long[]::new),
        back.stream().map(it -> it.getLong("place")).toArray(Long[]::new),
        back.stream().map(Membership::state).toArray(String[]::new),
        back.stream().map(Membership::previous).toArray(Long[]::new));
    return rows.size() < most ? null : rows.getLast().getString("device");
  }

  private HashSet<Long> takeBack(Sql db, List<Row> rows) {
    List<Long> targets = new ArrayList<>();
    List<Long> open = new ArrayList<>();
    for (var row : rows) {
      if (isOpen(row)) {
        targets.add(row.getLong("target_key"));
        open.add(row.getLong("action_key"));
      }
    }
    if (open.isEmpty()) {
      return new HashSet<>();
    }
    return new HashSet<>(many.takeBack(db, targets, open, "[cancelled]"));
  }

  private static boolean isOpen(Row row) {
    return List.of("open", "unconfirmed").contains(row.getString("state"));
  }

  /** Whether the device has it, or may have it yet. */
  private static boolean isChanged(Row row, boolean isTakenBack) {
    return !isTakenBack
        && List.of("finished", "open", "cancelling").contains(row.getString("state"));
  }

  private static String state(Row row) {
    if (!row.getLong("last_number").equals(row.getLong("action_number"))) {
      return DeviceState.SUPERSEDED;
    }
    return row.getLong("previous_key") == null ? DeviceState.NO_PREVIOUS : DeviceState.PENDING;
  }

  private static Long previous(Row row) {
    return row.getLong("previous_key") == null ? 0L : row.getLong("previous_key");
  }

  private static Long[] places(Rollout rollout, String[] devices, int from) {
    var places = new Long[devices.length];
    for (var i = 0; i < devices.length; i++) {
      var place =
          rollout.plan().targets() instanceof Targets.Listed
              ? from + i
              : draw(rollout.id(), devices[i]);
      places[i] = rollout.isGrouped() ? LATER + place : place;
    }
    return places;
  }

  /** The same for the same device of the same rollout, and without a pattern otherwise. */
  static long draw(UUID rollout, String device) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256")
              .digest((rollout + "/" + device).getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong() >>> 2;
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
