package io.muster.firmware.actions;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.Distribution;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.messages.Messages;
import io.muster.firmware.settings.TenantSettings;
import io.muster.firmware.targets.Target;
import io.muster.firmware.targets.TargetTable;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;

/**
 * Starts, cancels and ends actions. Each change of a device's actions holds the device's row, so
 * they come one after another, from whichever instance. Waits; thread-safe.
 */
@Startup
@ApplicationScoped
public class Actions {
  private static final Logger LOG = Logger.getLogger(Actions.class);
  private static final String SKIPPED = "[skipped]";
  private static final List<String> OUTCOMES =
      List.of(
          "open",
          "cancelling",
          "finished",
          "failed",
          "cancelled",
          "skipped",
          "repeated",
          "gone",
          "not-offered",
          "flood");

  private final Database database;
  private final Messages messages;
  private final ActionConfig config;
  private final MeterRegistry meters;
  private final Clock clock;

  Actions(
      Database database,
      Messages messages,
      ActionConfig config,
      MeterRegistry meters,
      Clock clock) {
    this.database = database;
    this.messages = messages;
    this.config = config;
    this.meters = meters;
    OUTCOMES.forEach(this::counter);
    this.clock = clock;
  }

  /**
   * Gives a device a distribution, in the transaction; what it was to get before is cancelled.
   *
   * @param by whose will it is
   * @return its number
   */
  public long start(Sql db, long targetKey, Distribution distribution, boolean forced, String by) {
    var target = TargetTable.lock(db, targetKey);
    ActionTable.open(db, target.key()).forEach(open -> cancel(db, target, open, "[replaced]"));
    var settings = TenantSettings.read(db, target.device().tenant());
    var state =
        settings.confirmationRequired() && !target.autoConfirm()
            ? ActionState.UNCONFIRMED
            : ActionState.OPEN;
    var number = TargetTable.nextNumber(db, target.key());
    ActionTable.insert(
        db, target.key(), number, distribution.key(), state, forced, clock.instant(), by);
    ActionTable.prune(db, target.key(), number - config.actionsPerDevice());
    tell(db, target, number, state);
    return number;
  }

  /** Takes an action back, in the transaction; one that has ended stays as it is. */
  public ActionState cancel(Sql db, long targetKey, long number, String why) {
    var target = TargetTable.lock(db, targetKey);
    return cancel(db, target, find(db, target, number), why);
  }

  /**
   * Ends an action without its device, in the transaction; one that has ended stays as it is. The
   * device may be at it all the same, and what it says of it later is not taken.
   */
  ActionState quit(Sql db, long targetKey, long number) {
    var target = TargetTable.lock(db, targetKey);
    var action = find(db, target, number);
    if (action.state().isEnded()) {
      return action.state();
    }
    ActionTable.move(db, action, ActionState.CANCELLED, clock.instant());
    note(db, action, "[force-cancelled]", List.of());
    tellNext(db, target);
    return ActionState.CANCELLED;
  }

  /** What a device says of an update. */
  public void deploymentFeedback(Target target, long number, Feedback feedback) {
    settle(database.inTransaction(db -> take(db, target, number, feedback, Course::deployment)));
    messages.committed();
  }

  /** The same in a transaction of somebody else, which is whole also when this is refused. */
  public void deploymentFeedback(Sql db, Target target, long number, Feedback feedback) {
    settle(take(db, target, number, feedback, Course::deployment));
  }

  /** What a device says of a cancellation. */
  public void cancellationFeedback(Target target, long number, Feedback feedback) {
    settle(database.inTransaction(db -> take(db, target, number, feedback, Course::cancellation)));
    messages.committed();
  }

  /** The same in a transaction of somebody else, which is whole also when this is refused. */
  public void cancellationFeedback(Sql db, Target target, long number, Feedback feedback) {
    settle(take(db, target, number, feedback, Course::cancellation));
  }

  /**
   * A device, or somebody for it, agrees to an update or declines it. Declined it stays where it
   * is: the device may change its mind.
   */
  public void confirm(Target known, long number, boolean agreed, List<String> why) {
    settleConfirmation(database.inTransaction(db -> decide(db, known, number, agreed, why)));
    messages.committed();
  }

  /** The same in a transaction of somebody else, which is whole also when this is refused. */
  public void confirm(Sql db, Target known, long number, boolean agreed, List<String> why) {
    settleConfirmation(decide(db, known, number, agreed, why));
  }

  private Course.Outcome decide(
      Sql db, Target known, long number, boolean agreed, List<String> why) {
    var target = TargetTable.lock(db, known.key());
    var action = find(db, target, number);
    var asks = action.state() == ActionState.UNCONFIRMED;
    var next = asks && agreed ? ActionState.OPEN : action.state();
    if (isFlood(db, target, action, next)) {
      return new Course.Outcome.Flood();
    }
    if (action.state().isEnded()) {
      return new Course.Outcome.Gone();
    }
    if (!asks) {
      return new Course.Outcome.Repeated();
    }
    note(db, action, agreed ? "[confirmed]" : "[denied]", why);
    if (agreed) {
      ActionTable.move(db, action, ActionState.OPEN, clock.instant());
      tell(db, target, number, ActionState.OPEN);
    }
    return new Course.Outcome.Now(next);
  }

  private void settleConfirmation(Course.Outcome outcome) {
    if (outcome instanceof Course.Outcome.Gone) {
      throw new GoneException();
    } else if (outcome instanceof Course.Outcome.Flood) {
      throw flood();
    }
  }

  /**
   * From now on the device's updates need no confirmation, or do again; in the transaction.
   *
   * @return whether that was not so before
   */
  public boolean autoConfirm(Sql db, Target known, boolean active) {
    var target = TargetTable.lock(db, known.key());
    db.change("UPDATE target SET auto_confirm = $2 WHERE key = $1", target.key(), active);
    for (var action : ActionTable.open(db, target.key())) {
      if (active && action.state() == ActionState.UNCONFIRMED) {
        note(db, action, "[confirmed]", List.of("auto-confirmation"));
        ActionTable.move(db, action, ActionState.OPEN, clock.instant());
        tell(db, target, action.number(), ActionState.OPEN);
      }
    }
    return target.autoConfirm() != active;
  }

  /** After the commit of what was done in somebody else's transaction. */
  public void committed() {
    messages.committed();
  }

  ActionState cancel(Sql db, Target target, Action action, String why) {
    var state = Course.cancel(action.state(), action.isRetrieved());
    if (state != action.state()) {
      ActionTable.move(db, action, state, clock.instant());
      note(db, action, why, List.of());
      if (state == ActionState.CANCELLING) {
        tell(db, target, action.number(), state);
      }
    }
    return state;
  }

  private Course.Outcome take(
      Sql db,
      Target known,
      long number,
      Feedback feedback,
      BiFunction<ActionState, Feedback, Course.Outcome> course) {
    var target = TargetTable.lock(db, known.key());
    var action = find(db, target, number);
    var found = course.apply(action.state(), feedback);
    var next = found instanceof Course.Outcome.Now now ? now.state() : action.state();
    if (isFlood(db, target, action, next)) {
      return new Course.Outcome.Flood();
    }
    if (found instanceof Course.Outcome.Now) {
      record(db, target, action, feedback, next);
    } else if (found instanceof Course.Outcome.Skipped) {
      noteSkipped(db, action, feedback);
    }
    return found;
  }

  private void settle(Course.Outcome outcome) {
    switch (outcome) {
      case Course.Outcome.Now now -> count(now.state().label());
      case Course.Outcome.Skipped _ -> count("skipped");
      case Course.Outcome.Repeated _ -> count("repeated");
      case Course.Outcome.Flood _ -> throw flood();
      case Course.Outcome.Gone _ -> {
        count("gone");
        throw new GoneException();
      }
      case Course.Outcome.NotOffered _ -> {
        count("not-offered");
        throw absent();
      }
    }
  }

  private void record(Sql db, Target target, Action action, Feedback feedback, ActionState state) {
    var now = clock.instant();
    ActionTable.addStatus(
        db,
        action.key(),
        new ActionTable.Status(
            now,
            feedback.execution().name().toLowerCase(Locale.ROOT),
            feedback.finished().name().toLowerCase(Locale.ROOT),
            feedback.code(),
            feedback.messages()),
        config.statusesPerAction());
    if (!action.isRetrieved()) {
      // Who speaks of it has seen it, whether it asked here or heard of it over MQTT.
      ActionTable.retrieved(db, action.key());
    }
    if (feedback.isAtIt() && !action.isBegun()) {
      ActionTable.begun(db, action.key());
    }
    if (state != action.state()) {
      ActionTable.move(db, action, state, now);
    }
    if (state.isEnded()) {
      tellNext(db, target);
    }
    if (state == ActionState.FINISHED) {
      InstalledModules.add(db, action, DistributionTable.byKey(db, action.distributionKey()), now);
      messages.installed(db, target.device(), InstalledModules.of(db, action.targetKey()), now);
    }
  }

  /**
   * Whatever changes nothing is counted, also of actions that have ended. What ends an action
   * always passes: it comes once. The count is to be committed, whatever the answer: else the next
   * one would be the first too many again.
   */
  private boolean isFlood(Sql db, Target target, Action action, ActionState state) {
    if (state != action.state()) {
      return false;
    }
    var inThisMinute = ActionTable.countFeedback(db, target.key(), clock.instant());
    if (inThisMinute == config.feedbackPerMinute() + 1) {
      LOG.infof("%s says too much of its update", target.device());
    }
    return inThisMinute > config.feedbackPerMinute();
  }

  private RuntimeException flood() {
    count("flood");
    return new Refusal.LimitReached(
            "feedback of the device in a minute", config.feedbackPerMinute())
        .asException();
  }

  /** Once: it says so at each poll until its window opens, and its history holds little. */
  private void noteSkipped(Sql db, Action action, Feedback feedback) {
    var last = ActionTable.statuses(db, action.key(), 1);
    if (last.isEmpty() || !last.getFirst().execution().equals(SKIPPED)) {
      note(db, action, SKIPPED, feedback.messages());
    }
  }

  private void note(Sql db, Action action, String what, List<String> why) {
    ActionTable.addStatus(
        db,
        action.key(),
        new ActionTable.Status(clock.instant(), what, null, null, why),
        config.statusesPerAction());
  }

  /**
   * What waited behind an action that has ended does not any more: it was told of when its device
   * was still shown the other one.
   */
  private void tellNext(Sql db, Target target) {
    ActionTable.open(db, target.key()).stream()
        .findFirst()
        .ifPresent(next -> tell(db, target, next.number(), next.state()));
  }

  private void tell(Sql db, Target target, long number, ActionState state) {
    messages.notice(
        db, target.device(), new Messages.Notice(state.resource(), Long.toString(number)));
  }

  private void count(String outcome) {
    counter(outcome).increment();
  }

  private Counter counter(String outcome) {
    return Counter.builder("muster.firmware.feedback")
        .tag("outcome", outcome)
        .description("What devices say of updates, by what came of it")
        .register(meters);
  }

  private static Action find(Sql db, Target target, long number) {
    return ActionTable.find(db, target.key(), number).orElseThrow(Actions::absent);
  }

  static RuntimeException absent() {
    return new Refusal.Absent("The device has no such action.").asException();
  }

  /** The action has ended (410 at hawkBit's API). */
  public static final class GoneException extends RuntimeException {
    GoneException() {
      super("the action has ended", null, false, false);
    }
  }
}
