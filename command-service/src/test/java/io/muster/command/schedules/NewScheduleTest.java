package io.muster.command.schedules;

import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.command.commands.CommandLimits;
import io.muster.contract.event.ContractJson;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewScheduleTest {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  private static final SchedulesConfig CONFIG = config(SchedulesConfig.class, Map.of());
  private static final CommandLimits LIMITS = config(CommandLimits.class, Map.of());
  private static final String JOB =
      "'job':{'command':{'name':'x'},'targets':{'filter':'tag==lab'}}";
  private static final String COMMAND = "'device':'d1','command':{'name':'x'}";

  @Test
  void aCommandAtATime() {
    var it = read("{" + COMMAND + ",'at':'2026-01-05T12:00:00.123456789Z'}");
    assertEquals(new Timing.Once(Instant.parse("2026-01-05T12:00:00.123456Z")), it.timing());
    assertEquals(Duration.ofHours(1), it.catchUp());
    var task = assertInstanceOf(Task.Single.class, it.task());
    assertEquals("d1", task.device().value());
    assertEquals(Instant.parse("2026-01-05T12:00:00.123456Z"), it.nextAt());
  }

  @Test
  void aJobAgainAndAgain() {
    var it =
        read("{" + JOB + ",'cron':'30 2 * * *','zone':'Europe/Berlin','catchUpWithin':'PT5M'}");
    assertEquals(Instant.parse("2026-01-06T01:30:00Z"), it.nextAt());
    assertEquals(Duration.ofMinutes(5), it.catchUp());
    assertInstanceOf(Task.Many.class, it.task());
  }

  @Test
  void whatIsStoredIsReadAsItWas() {
    var it =
        read(
            "{'device':'d1','command':{'name':'x','payload':{'b':1,'a':[2.50,'z']},'qos':2,"
                + "'retry':{'retries':3}},'at':'2026-01-05T12:00:00Z'}");
    var stored = Task.of("d1", it.task().stored());
    var command = assertInstanceOf(Task.Single.class, stored).command();
    assertEquals(
        "{\"b\":1,\"a\":[2.50,\"z\"]}",
        new String(command.payloadBase64(), StandardCharsets.UTF_8));
    assertEquals("application/json", command.contentType());
    assertEquals(2, command.qos());
    assertEquals(3, command.retry().retries());
    assertEquals(1, Task.shown(command).payload().path("b").asInt());
    assertNull(Task.shown(command).payloadBase64());
  }

  @Test
  void bytesStayBytes() {
    var it =
        read(
            "{'device':'d1','command':{'name':'x','payloadBase64':'AAH/'},"
                + "'at':'2026-01-05T12:00:00Z'}");
    var command = assertInstanceOf(Task.Single.class, Task.of("d1", it.task().stored())).command();
    assertArrayEquals(new byte[] {0, 1, -1}, command.payloadBase64());
    assertArrayEquals(new byte[] {0, 1, -1}, Task.shown(command).payloadBase64());
    assertNull(Task.shown(command).payload());
  }

  @Test
  void whatIsAskedForHasItsHash() {
    var one = read("{" + COMMAND + ",'at':'2026-01-05T12:00:00Z'}").requestSha256();
    var same = read("{'at':'2026-01-05T12:00:00Z'," + COMMAND + "}").requestSha256();
    var other = read("{" + COMMAND + ",'at':'2026-01-05T12:00:01Z'}").requestSha256();
    assertArrayEquals(one, same);
    assertFalse(Arrays.equals(one, other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'at':'2026-01-05T12:00:00Z'}|",
        "{'command':{'name':'x'},'at':'2026-01-05T12:00:00Z'}|/device",
        "{'device':'d1','JOB,'at':'2026-01-05T12:00:00Z'}|/device",
        "{COMMAND}|",
        "{COMMAND,'at':'2026-01-05T12:00:00Z','cron':'0 0 * * *','zone':'UTC'}|",
        "{COMMAND,'at':'2026-01-05T10:00:00Z'}|/at",
        "{COMMAND,'at':'2028-01-05T10:00:00Z'}|/at",
        "{COMMAND,'at':'2026-01-05T12:00:00Z','zone':'UTC'}|/zone",
        "{COMMAND,'at':'2026-01-05T12:00:00Z','until':'2026-01-05T13:00:00Z'}|/until",
        "{COMMAND,'cron':'0 0 * * *'}|/zone",
        "{COMMAND,'cron':'0 0 * * *','zone':'Europe/Bonn'}|/zone",
        "{COMMAND,'cron':'0 0 31 2 *','zone':'UTC'}|/cron",
        "{COMMAND,'cron':'0 0 * * * *','zone':'UTC'}|/cron",
        "{COMMAND,'cron':'0 0 * * *','zone':'UTC','until':'2026-01-05T12:00:00Z'}|/until",
        "{COMMAND,'cron':'0 0 * * *','zone':'UTC','until':'+1000000000-12-31T23:59:59Z'}|/until",
        "{COMMAND,'at':'+1000000000-12-31T23:59:59Z'}|/at",
        "{COMMAND,'at':'-1000000000-01-01T00:00:00Z'}|/at",
        "{COMMAND,'at':'2026-01-05T12:00:00Z','catchUpWithin':'PT59S'}|/catchUpWithin",
        "{COMMAND,'at':'2026-01-05T12:00:00Z','catchUpWithin':'PT25H'}|/catchUpWithin",
        "{'device':'d1','command':{'name':'x','qos':3},'at':'2026-01-05T12:00:00Z'}|/command/qos"
      })
  void whatMakesNoSenseIsRefusedAtItsPlace(String json, String pointer) {
    var text = json.replace("'JOB", JOB).replace("COMMAND", COMMAND);
    assertEquals(List.of(pointer == null ? "" : pointer), refused(text));
  }

  @Test
  void aScheduledJobHasNoBeginningOfItsOwn() {
    var job = JOB.replace("}}", "},'startAt':'2026-02-01T00:00:00Z'}");
    assertEquals(List.of("/job/startAt"), refused("{" + job + ",'at':'2026-01-05T12:00:00Z'}"));
  }

  @Test
  void allThatIsWrongIsSaidAtOnce() {
    assertEquals(
        List.of("/command/qos", "/cron", "/catchUpWithin"),
        refused(
            "{'device':'d1','command':{'name':'x','qos':3},'cron':'x','zone':'UTC',"
                + "'catchUpWithin':'-PT1H'}"));
  }

  @Test
  void aPayloadThatIsTooLongIsTooLong() {
    var payload = "x".repeat(40_000);
    var refused =
        assertThrows(
            RefusedException.class,
            () ->
                read(
                    "{'device':'d1','command':{'name':'x','payload':'"
                        + payload
                        + "'},'at':'2026-01-05T12:00:00Z'}"));
    assertInstanceOf(Refusal.TooLarge.class, refused.refusal());
  }

  private static List<String> refused(String json) {
    var refused = assertThrows(RefusedException.class, () -> read(json));
    return assertInstanceOf(Refusal.Meaningless.class, refused.refusal()).errors().stream()
        .map(FieldError::pointer)
        .toList();
  }

  private static NewSchedule read(String json) {
    try {
      var body = ContractJson.mapper().readValue(json.replace('\'', '"'), ScheduleBody.class);
      return NewSchedule.read(body, CONFIG, LIMITS, job -> {}, T0);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError(notJson);
    }
  }
}
