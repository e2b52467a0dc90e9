package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.firmware.actions.Action;
import io.muster.firmware.actions.ActionState;
import io.muster.firmware.actions.ActionTable;
import io.muster.firmware.actions.MaintenanceWindows.Standing;
import io.muster.firmware.distributions.Distribution;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a device is told of its updates. */
class RepresentationsTest {
  private static final Links LINKS = Links.of(URI.create("http://updates"), "acme", "lamp-1");
  private static final Distribution NOTHING =
      new Distribution(
          1,
          UUID.randomUUID(),
          "lamp",
          "1.0",
          List.of(),
          null,
          List.of(),
          Instant.EPOCH,
          "pat",
          Instant.EPOCH,
          "pat",
          null,
          null);

  @ParameterizedTest
  @CsvSource({
    "NONE,   true,  forced,  forced,  ''",
    "NONE,   false, attempt, attempt, ''",
    "OPEN,   true,  forced,  forced,  available",
    "OPEN,   false, attempt, attempt, available",
    "CLOSED, true,  forced,  skip,    unavailable",
    "CLOSED, false, attempt, skip,    unavailable"
  })
  void outsideOfItsWindowADeviceFetchesAnUpdateAndLeavesItAtThat(
      Standing standing, boolean isForced, String download, String update, String window) {
    var action = action(ActionState.OPEN, isForced);
    for (var told :
        List.of(
            Representations.deployment(LINKS, action, standing, NOTHING, List.of())
                .path("deployment"),
            Representations.confirmation(LINKS, action, standing, NOTHING, List.of())
                .path("confirmation"))) {
      assertEquals(download, told.path("download").asText());
      assertEquals(update, told.path("update").asText());
      assertEquals(window, told.path("maintenanceWindow").asText(""));
      assertEquals(!window.isEmpty(), told.has("maintenanceWindow"));
    }
  }

  /** SWUpdate asks again while it downloads, and takes {@code skip} for the end of that. */
  @ParameterizedTest
  @CsvSource({"true, forced", "false, attempt"})
  void whoHasBegunGoesOnWhenItsWindowCloses(boolean isForced, String handling) {
    var action = action(ActionState.OPEN, isForced, true);
    var told =
        Representations.deployment(LINKS, action, Standing.CLOSED, NOTHING, List.of())
            .path("deployment");
    assertEquals(handling, told.path("download").asText());
    assertEquals(handling, told.path("update").asText());
    assertEquals("unavailable", told.path("maintenanceWindow").asText());
  }

  @Test
  void whatIsInstalledHasNoWindowAndNothingToVerify() {
    var told =
        Representations.installed(LINKS, action(ActionState.FINISHED, true), NOTHING, List.of());
    assertFalse(told.path("deployment").has("maintenanceWindow"));
    assertFalse(told.has("_links"));
  }

  @ParameterizedTest
  @CsvSource({
    "UNCONFIRMED, confirmationBase, 7",
    "OPEN,        deploymentBase,   7",
    "CANCELLING,  cancelAction,     07"
  })
  void theRootLeadsToWhatWaits(ActionState state, String resource, String number) {
    var links = root(Optional.of(action(state, true))).path("_links");
    assertEquals(
        "http://updates/acme/controller/v1/lamp-1/" + resource + "/" + number,
        links.path(resource).path("href").asText());
    assertEquals(1, links.size());
    assertTrue(root(Optional.empty()).path("_links").isEmpty());
  }

  /** As Zephyr's client does, that of 4.1 for one. */
  @ParameterizedTest
  @CsvSource({"7, 1", "7, 0", "10, 1", "10, 0", "12, 1"})
  void aCancellationIsFoundAlsoByWhoLeavesOutTheFirstDigit(long number, int leftOut) {
    var link = LINKS.cancelAction(number).get("href").textValue();
    var begin = link.indexOf("cancelAction/") + "cancelAction/".length() + leftOut;
    assertEquals(number, Long.parseLong(link.substring(begin)));
  }

  private static JsonNode root(Optional<Action> pending) {
    return Representations.root(LINKS, Duration.ofMinutes(5), pending, Optional.empty(), false);
  }

  @ParameterizedTest
  @CsvSource({
    "UNCONFIRMED, WAIT_FOR_CONFIRMATION",
    "OPEN,        RUNNING",
    "CANCELLING,  CANCELING",
    "FINISHED,    FINISHED",
    "FAILED,      ERROR",
    "CANCELLED,   CANCELED"
  })
  void aHistoryIsToldInHawkbitsWords(ActionState state, String word) {
    var history =
        List.of(
            new ActionTable.Status(Instant.EPOCH, "download", "none", null, List.of("c", "b")),
            new ActionTable.Status(Instant.EPOCH, "proceeding", "none", null, List.of("a")));
    var told =
        Representations.deployment(LINKS, action(state, true), Standing.NONE, NOTHING, history)
            .path("actionHistory");
    assertEquals(word, told.path("status").asText());
    assertEquals("[\"c\",\"b\",\"a\"]", told.path("messages").toString());
  }

  private static Action action(ActionState state, boolean isForced) {
    return action(state, isForced, false);
  }

  private static Action action(ActionState state, boolean isForced, boolean isBegun) {
    return new Action(1, 1, 7, 1, state, isForced, true, isBegun, 0, Instant.EPOCH, "pat", null);
  }
}
