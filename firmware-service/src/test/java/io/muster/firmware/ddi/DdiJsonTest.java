package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.firmware.HandWired;
import io.muster.firmware.actions.Feedback.Execution;
import io.muster.firmware.actions.Feedback.Finished;
import io.muster.rest.problem.RefusedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies in the forms in which known clients send them. */
class DdiJsonTest {
  private static final DdiConfig.Ddi LIMITS = HandWired.config(DdiConfig.class, Map.of()).ddi();

  @Test
  void swupdatesProgressIsRead() {
    var said =
        DdiJson.feedback(
            bytes(
                """
                { "id": 12, "time": "20260131T120000",
                  "status": { "result": { "progress": { "cnt": 1, "of": 3 }, "finished": "none" },
                              "execution": "proceeding", "details": [ "one", "two" ] } }\
                """));
    assertEquals(Execution.PROCEEDING, said.execution());
    assertEquals(Finished.NONE, said.finished());
    assertEquals(List.of("one", "two"), said.messages());
  }

  @Test
  void raucsEndIsRead() {
    var said =
        DdiJson.feedback(
            bytes(
                """
                {"id":"12","time":"20260131T120000","status":{"result":{"finished":"failure"},
                 "execution":"closed","details":["Failed to install software bundle."]}}\
                """));
    assertEquals(Execution.CLOSED, said.execution());
    assertEquals(Finished.FAILURE, said.finished());
  }

  @Test
  void zephyrsEndWithoutDetailsIsRead() {
    var said =
        DdiJson.feedback(
            bytes(
                """
                {"status":{"result":{"finished":"success"},"execution":"closed"}}\
                """));
    assertEquals(Finished.SUCCESS, said.finished());
    assertEquals(List.of(), said.messages());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{}",
        "{\"status\":7}",
        "{\"status\":{\"execution\":\"done\"}}",
        "{\"status\":{\"execution\":\"closed\",\"result\":{\"finished\":\"maybe\"}}}"
      })
  void whatSaysNothingIsRefused(String body) {
    assertThrows(RefusedException.class, () -> DdiJson.feedback(bytes(body)));
  }

  @Test
  void deeplyNestedJsonIsRefused() {
    assertThrows(
        RefusedException.class,
        () -> DdiJson.feedback(bytes("{\"a\":".repeat(1000) + "1" + "}".repeat(1000))));
  }

  @Test
  void messagesAreBounded() {
    var many = "\"%s\",".formatted("\uD83D\uDE00".repeat(600)).repeat(100);
    var said =
        DdiJson.feedback(
            bytes("{\"status\":{\"execution\":\"proceeding\",\"details\":[" + many + "\"x\"]}}"));
    assertEquals(50, said.messages().size());
    assertTrue(said.messages().stream().allMatch(it -> it.length() <= 512));
    var encoder = StandardCharsets.UTF_8.newEncoder();
    assertTrue(said.messages().stream().allMatch(encoder::canEncode));
  }

  @Test
  void swupdatesConfigDataIsReadWithItsExtras() {
    var said =
        DdiJson.configData(
            bytes(
                """
                {"id":"","time":"20260131T120000","status":{"result":{"finished":"success"},
                 "execution":"closed","details":[""]},"data":{"board":"lamp","revision":3}}\
                """),
            LIMITS);
    assertEquals(DdiJson.Mode.MERGE, said.mode());
    assertEquals(Map.of("board", "lamp", "revision", "3"), said.data());
  }

  @Test
  void zephyrsModeIsRead() {
    var said = DdiJson.configData(bytes("{\"mode\":\"replace\",\"data\":{\"VIN\":\"1\"}}"), LIMITS);
    assertEquals(DdiJson.Mode.REPLACE, said.mode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"data\":[]}",
        "{\"data\":{\"a\":{}}}",
        "{\"data\":{\"\":\"a\"}}",
        "{\"data\":{\"a\":\"\\u0000\"}}",
        "{\"data\":{\"a\":\"\\ud800\"}}",
        "{\"mode\":\"forget\",\"data\":{}}"
      })
  void configDataThatCannotBeKeptIsRefused(String body) {
    assertThrows(RefusedException.class, () -> DdiJson.configData(bytes(body), LIMITS));
  }

  @Test
  void attributesAreAsLongAsTheyMayBeAndNoLonger() {
    var limits =
        HandWired.config(DdiConfig.class, Map.of("muster.firmware.ddi.attribute-characters", "2"))
            .ddi();
    assertEquals(Map.of("a", "xy"), DdiJson.configData(attribute("a", "xy"), limits).data());
    assertThrows(RefusedException.class, () -> DdiJson.configData(attribute("a", "xyz"), limits));
    assertEquals(1, DdiJson.configData(attribute("n".repeat(128), "x"), limits).data().size());
    assertThrows(
        RefusedException.class, () -> DdiJson.configData(attribute("n".repeat(129), "x"), limits));
  }

  private static byte[] attribute(String name, String value) {
    return bytes("{\"data\":{\"%s\":\"%s\"}}".formatted(name, value));
  }

  @Test
  void pollingIsATimeOfDay() {
    assertEquals("00:05:00", Representations.sleep(Duration.ofMinutes(5)));
    assertEquals("23:00:07", Representations.sleep(Duration.ofHours(23).plusSeconds(7)));
  }

  @Test
  void linksSpellTheTenantAsTheDeviceDoes() {
    var links = Links.of(java.net.URI.create("https://updates.example/"), "DEFAULT", "lamp-1");
    assertEquals(
        "https://updates.example/DEFAULT/controller/v1/lamp-1/deploymentBase/7",
        links.deploymentBase(7).get("href").textValue());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
