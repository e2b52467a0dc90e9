package io.muster.localstack.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandDeskTest {
  private static final DeviceAddress DEVICE = DeviceAddress.of("demo", "sim-00001");
  private static final String RES = "command/demo/sim-00001/res/";

  private final List<String> said = new ArrayList<>();
  private final List<Runnable> acknowledgements = new ArrayList<>();
  private final List<Runnable> later = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({"ANSWER,200", "REFUSE,403", "FAIL,500", "SLOW,202"})
  void aCommandHasAnAnswer(CommandConduct conduct, int status) {
    var desk = desk(conduct);
    desk.take(request("c1", "reboot"), new byte[0]);
    assertEquals(List.of(RES + "c1/" + status), said);
    assertEquals(List.of("taken"), heard);
    acknowledgements.getFirst().run();
    assertEquals(List.of("taken", "answered"), heard);
  }

  @Test
  void aSilentOneSaysNothingHoweverOftenItIsAsked() {
    var desk = desk(CommandConduct.SILENT);
    desk.take(request("c1", "reboot"), new byte[0]);
    desk.take(request("c1", "reboot"), new byte[0]);
    assertEquals(List.of(), said);
    assertEquals(List.of("taken", "again"), heard);
  }

  @Test
  void aSlowOneSaysThatItIsAtWorkAndThenThatItIsDone() {
    var desk = desk(CommandConduct.SLOW);
    desk.take(request("c1", "reboot"), new byte[0]);
    desk.take(request("c1", "reboot"), new byte[0]);
    assertEquals(List.of(RES + "c1/202", RES + "c1/202"), said);
    assertEquals(1, later.size(), "it works on it once");
    later.getFirst().run();
    desk.take(request("c1", "reboot"), new byte[0]);
    assertEquals(List.of(RES + "c1/200", RES + "c1/200"), said.subList(2, 4));
  }

  @Test
  void oneThatAnswersTwiceDoes() {
    desk(CommandConduct.TWICE).take(request("c1", "reboot"), new byte[0]);
    assertEquals(List.of(RES + "c1/200", RES + "c1/200"), said);
  }

  @Test
  void aCommandThatComesAgainIsAnsweredAgainAndNotDoneAgain() {
    var desk = desk(CommandConduct.ANSWER);
    desk.take(request("c1", "reboot"), new byte[0]);
    desk.take(request("c1", "reboot"), new byte[0]);
    desk.take(request("c2", "reboot"), new byte[0]);
    assertEquals(List.of("taken", "again", "taken"), heard);
    assertEquals(List.of(RES + "c1/200", RES + "c1/200", RES + "c2/200"), said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"simulate\":\"refuse\"}|403",
        "{\"simulate\":\"fail\",\"delay\":5}|500",
        "{\"simulate\":\"dance\"}|200",
        "{\"simulate\":5}|200",
        "[1]|200",
        "{\"simu|200",
        "\u0000\u0001|200"
      })
  void aCommandMayAskForItsOwnWay(String payload, int status) {
    desk(CommandConduct.ANSWER).take(request("c1", "x"), payload.getBytes(StandardCharsets.UTF_8));
    assertEquals(List.of(RES + "c1/" + status), said);
  }

  @Test
  void aOneWayCommandIsNotAnswered() {
    desk(CommandConduct.ANSWER).take(request("", "reboot"), new byte[0]);
    assertEquals(List.of("taken"), heard);
    assertEquals(List.of(), said);
  }

  @Test
  void whatIsNotAcknowledgedIsSaidAgainOverTheNextConnection() {
    var desk = desk(CommandConduct.ANSWER);
    desk.take(request("c1", "x"), new byte[0]);
    desk.take(request("c2", "x"), new byte[0]);
    acknowledgements.getFirst().run();
    List<String> next = new ArrayList<>();
    desk.connected((topicName, payload, acknowledged) -> next.add(topicName));
    assertEquals(List.of(RES + "c2/200"), next);
  }

  @Test
  void whatIsNoCommandOfItsOwnIsLeftAlone() {
    var desk = desk(CommandConduct.ANSWER);
    for (var topicName :
        List.of(
            "command/demo/other/req/c1/x",
            "command/demo/sim-00001/req/c1",
            "command/demo/sim-00001/req/c1/x/y",
            "shadow/demo/sim-00001/update/delta/x",
            "")) {
      desk.take(topicName, new byte[0]);
    }
    assertEquals(List.of(), said);
    assertEquals(List.of(), heard);
  }

  @Test
  void itsMemoryIsBounded() {
    var desk = desk(CommandConduct.SILENT);
    for (var i = 0; i < 1_000; i++) {
      desk.take(request("c" + i, "x"), new byte[0]);
    }
    heard.clear();
    desk.take(request("c999", "x"), new byte[0]);
    desk.take(request("c0", "x"), new byte[0]);
    assertEquals(List.of("again", "taken"), heard);
  }

  @Test
  void eachConductIsTyped() {
    for (var conduct : CommandConduct.values()) {
      assertEquals(conduct, CommandConduct.of(conduct.label()).orElseThrow());
    }
    assertTrue(CommandConduct.of("").isEmpty());
  }

  private CommandDesk desk(CommandConduct conduct) {
    var desk =
        new CommandDesk(
            DEVICE,
            conduct,
            Duration.ofSeconds(3),
            (time, work) -> {
              assertEquals(Duration.ofSeconds(3), time);
              later.add(work);
            },
            new CommandEvents() {
              @Override
              public void taken() {
                heard.add("taken");
              }

              @Override
              public void cameAgain() {
                heard.add("again");
              }

              @Override
              public void answered() {
                heard.add("answered");
              }

              @Override
              public void unheard(String reason) {
                heard.add(reason);
              }
            });
    desk.connected(
        (topicName, payload, acknowledged) -> {
          said.add(topicName);
          acknowledgements.add(acknowledged);
        });
    return desk;
  }

  private static String request(String id, String name) {
    return "command/" + DEVICE + "/req/" + id + "/" + name;
  }
}
