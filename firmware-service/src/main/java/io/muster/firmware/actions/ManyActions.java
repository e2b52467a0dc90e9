package io.muster.firmware.actions;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.messages.Messages;
import io.muster.firmware.settings.TenantSettings;
import io.muster.firmware.targets.Target;
import io.muster.firmware.targets.TargetTable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What {@link Actions} does about one device for many at a time, a statement for all of them each.
 * Their rows are locked in the order of their keys. Waits; thread-safe.
 */
@ApplicationScoped
public class ManyActions {
  private static final String LOCK =
      "SELECT "
          + TargetTable.COLUMNS
          + " FROM target AS t WHERE t.key = ANY ($1) AND t.enabled ORDER BY t.key FOR UPDATE";
  private static final String LOCK_ALL =
      "SELECT t.key FROM target AS t WHERE t.key = ANY ($1) ORDER BY t.key FOR UPDATE";
  private static final String INSTALLED =
      """
      SELECT DISTINCT ON (a.target_key) a.target_key, a.distribution_key, a.number
        FROM action AS a JOIN target AS t ON t.key = a.target_key
       WHERE a.target_key = ANY ($1) AND a.state = 'finished' AND a.number > t.forgotten_number
       ORDER BY a.target_key, a.number DESC\
      """;
  private static final String NEXT_NUMBERS =
      """
      UPDATE target SET last_number = last_number + 1 WHERE key = ANY ($1)
      RETURNING key, last_number\
      """;
  private static final String INSERT =
      """
      INSERT INTO action (target_key, number, distribution_key, state, forced, created_at,
                          created_by)
      SELECT f.target, f.number, f.distribution, f.state, $5, $6, $7
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])
               AS f (target, number, distribution, state)
      RETURNING key, target_key\
      """;
  private static final String TAKE_BACK =
      """
      UPDATE action SET state = 'cancelled', finished_at = $2, status_count = status_count + 1
       WHERE key = ANY ($1) AND state IN ('open', 'unconfirmed') AND NOT retrieved
      RETURNING key\
      """;
  private static final String NOTE =
      """
      INSERT INTO action_status (action_key, at, execution, messages)
      SELECT key, $2, $3, '{}' FROM unnest($1::bigint[]) AS key\
      """;

  private final Actions actions;
  private final Messages messages;
  private final ActionConfig config;
  private final Clock clock;

  ManyActions(Actions actions, Messages messages, ActionConfig config, Clock clock) {
    this.actions = actions;
    this.messages = messages;
    this.config = config;
    this.clock = clock;
  }

  /** A device is to get a distribution; by the keys of both. */
  public record Wish(long target, long distribution) {}

  /** What came of a {@link Wish}. */
  public sealed interface Outcome {
    long target();

    /**
     * There is an action for it: a new one, or one that there was already.
     *
     * @param previous the distribution that the device installed last, or null
     */
    record Begun(long target, long action, long number, Long previous) implements Outcome {}

    /**
     * The device installed it last, and is to get nothing else.
     *
     * @param number of the action by which it did
     */
    record Installed(long target, long number) implements Outcome {}
  }

  /** What a device installed last, and by which action. */
  private record Last(long distribution, long number) {}

  /**
   * Gives devices a distribution, in the transaction. What else they were to get is cancelled; an
   * action for the same that is open already stays. Who may not take part gets nothing, and no
   * outcome; nor does who wants what somebody has withdrawn or deleted meanwhile, which nobody does
   * from here to the end of the transaction.
   *
   * @param by whose will it is
   */
  public List<Outcome> start(
      Sql db, TenantId tenant, List<Wish> wishes, boolean forced, String by) {
    var wanted = wishes.stream().collect(Collectors.toMap(Wish::target, Wish::distribution));
    var locked = db.rows(TargetTable::read, LOCK, (Object) keys(wanted.keySet()));
    // Targets come before distributions, as for whoever takes back what was withdrawn.
    var held = DistributionTable.hold(db, wanted.values());
    var targets = locked.stream().filter(it -> held.contains(wanted.get(it.key()))).toList();
    var keys = keys(targets.stream().map(Target::key).toList());
    var open = open(db, keys);
    var installed = installed(db, keys);
    List<Outcome> outcomes = new ArrayList<>();
    List<Target> fresh = new ArrayList<>();
    for (var target : targets) {
      var distribution = wanted.get(target.key());
      var before = open.getOrDefault(target.key(), List.of());
      var last = installed.get(target.key());
      var previous = previous(last);
      if (isSame(before, distribution)) {
        var action = before.getLast();
        outcomes.add(new Outcome.Begun(target.key(), action.key(), action.number(), previous));
      } else if (before.isEmpty() && distribution.equals(previous)) {
        outcomes.add(new Outcome.Installed(target.key(), last.number()));
      } else {
        before.forEach(action -> actions.cancel(db, target, action, "[replaced]"));
        fresh.add(target);
      }
    }
    outcomes.addAll(insert(db, tenant, fresh, wanted, installed, forced, by));
    return outcomes;
  }

  /**
   * Tells devices once more of updates that they have seen, in the transaction.
   *
   * @param numbers of the updates, by the device
   */
  public void tellAgain(Sql db, TenantId tenant, Map<String, Long> numbers) {
    Map<DeviceAddress, Messages.Notice> notices = new LinkedHashMap<>();
    numbers.forEach(
        (device, number) ->
            notices.put(
                DeviceAddress.of(tenant.value(), device),
                new Messages.Notice(ActionState.OPEN.resource(), Long.toString(number))));
    messages.notices(db, notices);
  }

  /**
   * Nobody else changes what these devices are to get, nor joins or leaves it, until the end of the
   * transaction.
   */
  public void lock(Sql db, List<Long> targets) {
    db.rows(LOCK_ALL, (Object) keys(targets));
  }

  /**
   * Takes back actions that devices have not seen.
   *
   * @return those that were, by their keys
   */
  public List<Long> takeBack(Sql db, List<Long> targets, List<Long> open, String why) {
    var now = clock.instant();
    lock(db, targets);
    var taken = db.rows(row -> row.getLong("key"), TAKE_BACK, keys(open), now);
    if (!taken.isEmpty()) {
      db.change(NOTE, keys(taken), now, why);
    }
    return taken;
  }

  /** The device is to get just that, after what it has been asked to leave. */
  private static boolean isSame(List<Action> open, long distribution) {
    return !open.isEmpty()
        && open.getLast().distributionKey() == distribution
        && open.getLast().state() != ActionState.CANCELLING
        && open.stream().limit(open.size() - 1L).allMatch(ManyActions::isCancelling);
  }

  private static boolean isCancelling(Action action) {
    return action.state() == ActionState.CANCELLING;
  }

  private List<Outcome> insert(
      Sql db,
      TenantId tenant,
      List<Target> targets,
      Map<Long, Long> wanted,
      Map<Long, Last> installed,
      boolean forced,
      String by) {
    if (targets.isEmpty()) {
      return List.of();
    }
    var confirmed = !TenantSettings.read(db, tenant).confirmationRequired();
    var keys = keys(targets.stream().map(Target::key).toList());
    Map<Long, Long> numbers = new HashMap<>();
    db.rows(NEXT_NUMBERS, (Object) keys)
        .forEach(row -> numbers.put(row.getLong("key"), row.getLong("last_number")));
    Map<DeviceAddress, Messages.Notice> notices = new LinkedHashMap<>();
    List<String> states = new ArrayList<>();
    for (var target : targets) {
      var state = confirmed || target.autoConfirm() ? ActionState.OPEN : ActionState.UNCONFIRMED;
      states.add(state.label());
      notices.put(
          target.device(),
          new Messages.Notice(state.resource(), Long.toString(numbers.get(target.key()))));
    }
    var made = insert(db, targets, numbers, wanted, states, forced, by);
    targets.forEach(target -> prune(db, target.key(), numbers.get(target.key())));
    messages.notices(db, notices);
    return targets.stream()
        .<Outcome>map(
            it ->
                new Outcome.Begun(
                    it.key(),
                    made.get(it.key()),
                    numbers.get(it.key()),
                    previous(installed.get(it.key()))))
        .toList();
  }

  private Map<Long, Long> insert(
      Sql db,
      List<Target> targets,
      Map<Long, Long> numbers,
      Map<Long, Long> wanted,
      List<String> states,
      boolean forced,
      String by) {
    var keys = targets.stream().map(Target::key).toList();
    Map<Long, Long> made = new HashMap<>();
    db.rows(
            INSERT,
            keys(keys),
            keys(keys.stream().map(numbers::get).toList()),
            keys(keys.stream().map(wanted::get).toList()),
            states,
            forced,
            clock.instant(),
            by)
        .forEach(row -> made.put(row.getLong("target_key"), row.getLong("key")));
    return made;
  }

  /** Few devices have so many actions. */
  private void prune(Sql db, long target, long number) {
    if (number > config.actionsPerDevice()) {
      ActionTable.prune(db, target, number - config.actionsPerDevice());
    }
  }

  private static Map<Long, List<Action>> open(Sql db, Long[] targets) {
    return ActionTable.open(db, targets).stream().collect(Collectors.groupingBy(Action::targetKey));
  }

  private static Map<Long, Last> installed(Sql db, Long[] targets) {
    Map<Long, Last> installed = new HashMap<>();
    db.rows(INSTALLED, (Object) targets)
        .forEach(
            row ->
                installed.put(
                    row.getLong("target_key"),
                    new Last(row.getLong("distribution_key"), row.getLong("number"))));
    return installed;
  }

  private static Long previous(Last last) {
    return last == null ? null : Long.valueOf(last.distribution());
  }

  private static Long[] keys(Collection<Long> keys) {
    return keys.toArray(Long[]::new);
  }
}
