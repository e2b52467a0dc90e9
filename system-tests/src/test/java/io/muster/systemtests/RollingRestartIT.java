package io.muster.systemtests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.systemtests.devices.CommandStream;
import io.muster.systemtests.devices.SenderGroup;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import io.muster.systemtests.stack.StackProcesses.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What an upgrade does: each instance of each service is told to end (SIGTERM), one after the
 * other, while devices send and are given commands. The next one goes when the one before is back.
 */
@Tag("full")
@ExtendWith(SharedStack.class)
class RollingRestartIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** The stated bound for what waits while the broker starts anew. */
  private static final Duration A_MINUTE = Duration.ofMinutes(1);

  /** More than a sender comes to in the time that this takes. */
  private static final int UNTIL_FINISHED = 150_000;

  private final RunningStack stack;

  RollingRestartIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void losesNoReadingAndNoCommandWhileEachInstanceEndsAndComesBack() throws Exception {
    var instances = services();
    // There are two of each, or they could not take turns.
    assertTrue(
        instances.containsAll(List.of("registry-2", "ingest-2", "command-2", "firmware-2")),
        instances::toString);
    var tenant = stack.newTenant();
    try (var senders = SenderGroup.startKnowingBoth(stack, tenant, 8, UNTIL_FINISHED, 100);
        var commands = CommandStream.start(stack, tenant, 4)) {
      senders.awaitAcknowledged(200, PATIENCE);
      commands.awaitProgress(10, PATIENCE);
      for (var instance : instances) {
        var ended = stack.processes().terminate(instance);
        senders.assertAllSending();
        stack.processes().awaitRestart(instance, ended);
        senders.awaitProgress(100, PATIENCE);
        commands.awaitProgress(10, PATIENCE);
      }
      senders.finish();
      senders.assertEachStoredOnce(PATIENCE);
      commands.assertEachSucceeds(PATIENCE);
    }
  }

  @Test
  void theBrokersOwnUpgradeDelaysCommandsByAMinuteAtMostAndLosesNone() throws Exception {
    var tenant = stack.newTenant();
    try (var senders = SenderGroup.startKnowingBoth(stack, tenant, 4, UNTIL_FINISHED, 100);
        var commands = CommandStream.start(stack, tenant, 4)) {
      senders.awaitAcknowledged(200, PATIENCE);
      commands.awaitProgress(10, PATIENCE);
      var ended = stack.processes().terminate("broker");
      // Both go on meanwhile.
      senders.awaitProgress(100, PATIENCE);
      commands.awaitProgress(10, PATIENCE);
      stack.processes().awaitRestart("broker", ended);
      commands.assertEachSucceeds(A_MINUTE);
      senders.finish();
      senders.assertEachStoredOnce(PATIENCE);
    }
  }

  private List<String> services() {
    return stack.processes().status().stream()
        .map(Status::name)
        .filter(name -> name.matches("(registry|ingest|command|firmware)(-\\d+)?"))
        .toList();
  }
}
