package io.muster.firmware.rollouts;

import io.muster.firmware.database.Sql;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How many devices of a rollout are where, as people want to know it.
 *
 * @param byGroup by the number of the group; -1 while they are not divided
 * @param update how long devices took that have it; empty while none has
 */
record Standings(Map<Integer, Map<String, Long>> byGroup, Optional<Duration> update) {
  private static final int NONE = -1;
  private static final String RETRYING = "retrying";

  /** All that {@link #STATE} may be, in the order in which devices come through. */
  static final List<String> STATES =
      List.of(
          DeviceState.PENDING,
          RETRYING,
          "given",
          "unconfirmed",
          DeviceState.RUNNING,
          "cancelling",
          DeviceState.FINISHED,
          DeviceState.FAILED,
          DeviceState.OVERDUE,
          DeviceState.UNREACHED,
          DeviceState.CANCELLED,
          DeviceState.DISABLED,
          DeviceState.INCOMPATIBLE,
          DeviceState.UNKNOWN,
          DeviceState.REMOVED,
          DeviceState.NO_PREVIOUS,
          DeviceState.SUPERSEDED);

  /** Where a device is, with now as {@code $2}. */
  static final String STATE =
      """
      CASE WHEN d.state = 'pending' AND t.known AND NOT t.enabled THEN 'disabled'
           WHEN d.state = 'pending' AND d.not_before > $2 THEN 'retrying'
           WHEN d.state = 'running' AND a.state = 'unconfirmed' THEN 'unconfirmed'
           WHEN d.state = 'running' AND a.state = 'cancelling' THEN 'cancelling'
           WHEN d.state = 'running' AND a.finished_at IS NULL AND NOT a.retrieved THEN 'given'
           ELSE d.state END AS state
      """;

  /** The devices of a rollout, {@code $1}. */
  static final String FROM =
      """
        FROM rollout_device AS d
        LEFT JOIN rollout_group AS g
          ON g.rollout_key = d.rollout_key AND d.place > g.after_place AND d.place <= g.last_place
        LEFT JOIN target AS t ON t.key = d.target_key AND d.state = 'pending'
        LEFT JOIN action AS a ON a.key = d.action_key AND d.state = 'running'
       WHERE d.rollout_key = $1
      """;

  private static final String COUNT =
      "SELECT coalesce(g.number, -1) AS number, "
          + STATE
          + """
          ,      count(*) AS devices,
                 count(*) FILTER (WHERE d.state = 'finished' AND d.given_at IS NOT NULL) AS timed,
                 coalesce(sum(extract(epoch FROM d.ended_at - d.given_at))
                            FILTER (WHERE d.state = 'finished'), 0)::float8 AS seconds
          """
          + FROM
          + " GROUP BY 1, 2";

  static Standings of(Sql db, long rollout, Instant now) {
    Map<Integer, Map<String, Long>> byGroup = new HashMap<>();
    var timed = 0L;
    var seconds = 0.0;
    for (var row : db.rows(COUNT, rollout, now)) {
      byGroup
          .computeIfAbsent(row.getInteger("number"), _ -> new TreeMap<>())
          .put(row.getString("state"), row.getLong("devices"));
      timed += row.getLong("timed");
      seconds += row.getDouble("seconds");
    }
    return new Standings(
        byGroup,
        timed == 0
            ? Optional.empty()
            : Optional.of(Duration.ofMillis((long) (1_000 * Math.max(1, seconds / timed)))));
  }

  /** Of all groups. */
  Map<String, Long> all() {
    Map<String, Long> all = new TreeMap<>();
    byGroup.values().forEach(it -> it.forEach((state, n) -> all.merge(state, n, Long::sum)));
    return all;
  }

  Map<String, Long> of(int group) {
    return byGroup.getOrDefault(group, Map.of());
  }

  /** Whether it is not decided yet which group devices are in. */
  boolean isUndivided() {
    return byGroup.isEmpty() || byGroup.containsKey(NONE);
  }

  long pending(int group) {
    return count(group, DeviceState.PENDING) + count(group, RETRYING);
  }

  /** Devices that are at it. */
  long running() {
    var all = all();
    return all.getOrDefault(DeviceState.RUNNING, 0L) + all.getOrDefault("given", 0L);
  }

  private long count(int group, String state) {
    return of(group).getOrDefault(state, 0L);
  }
}
