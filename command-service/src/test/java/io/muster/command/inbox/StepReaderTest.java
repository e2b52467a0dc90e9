package io.muster.command.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StepReaderTest {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "d1");
  private static final UUID ID = UUID.fromString("0198c1f2-0000-7000-8000-000000000001");

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "session/connected;{}",
        "session/connected;{'clientIdentifier':'acme:d1','epoch':1}",
        "session/connected;{'epoch':1,'at':'2026-01-05T10:00:00Z'}",
        "session/disconnected;{'clientIdentifier':'acme:d1','epoch':1}",
        "session/disconnected;{'epoch':1,'at':'2026-01-05T10:00:00Z'}",
        "session/subscribed;{'clientIdentifier':'acme:d1','epoch':1}",
        "session/subscribed;{'epoch':1,'filters':['command/acme/d1/req/#']}",
        "session/subscribed;{'epoch':1,'filters':['$aws/things/acme:d1/jobs/#']}",
        "delivered;{}",
        "delivered;{'topic':'command/acme/d1/req//blink'}",
        "delivered;{'topic':'command/acme/d1/req/no-id/x','at':'2026-01-05T10:00:00Z'}",
        "delivered;{'topic':'aws/acme/-/jobs/notify','at':'2026-01-05T10:00:00Z','messageId':'"
            + "0198c1f2-0000-7000-8000-000000000001'}"
      })
  void whatLacksSomethingCannotBeRead(String event, String data) {
    assertThrows(IllegalArgumentException.class, () -> read(event, data));
  }

  @Test
  void anAnswerWithoutAPayloadCannotBeRead() {
    var event =
        new OutboxEvent(1, ID, "command/acme/d1/res/" + ID + "/200", 1, null, Map.of(), null, T0);
    assertThrows(IllegalArgumentException.class, () -> StepReader.read(event));
  }

  @Test
  void whoListensToWhatIsTold() {
    var commands = listens("command/acme/d1/req/#");
    assertTrue(commands.listening().commands());
    assertFalse(commands.listening().jobs().isAny());
    var jobs = listens("$aws/things/acme:d1/jobs/notify-next");
    assertFalse(jobs.listening().commands());
    assertTrue(jobs.listening().jobs().named() && jobs.listening().jobs().next());
    assertEquals(
        Optional.empty(),
        read(
            "session/subscribed",
            "{'clientIdentifier':'acme:d1','epoch':1,'filters':['shadow/acme/d1/#'],"
                + "'at':'2026-01-05T10:00:00Z'}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"notify", "notify-next"})
  void thatADeviceWasToldOfItsJobsIsHeard(String name) {
    assertEquals(
        Optional.of(new Step.Told(DEVICE, ID)),
        read("delivered", delivered("aws/acme/d1/jobs/" + name)));
    assertEquals(Optional.empty(), read("delivered", delivered("aws/acme/d1/jobs/get/accepted")));
    assertEquals(Optional.empty(), read("delivered", delivered("aws/acme/d1/shadow/update/delta")));
  }

  @Test
  void onlyWhatIsOfInterestIsWanted() {
    assertTrue(StepReader.wants("command/acme/d1/res/x/200"));
    assertTrue(StepReader.wants("platform/ingest/session/connected/acme/d1"));
    assertTrue(StepReader.wants("platform/ingest/delivered/acme/d1"));
    assertFalse(StepReader.wants("shadow/acme/d1/get"));
    assertFalse(StepReader.wants("platform/ingest/dead-letter/acme/d1"));
  }

  private static String delivered(String topic) {
    return "{'topic':'"
        + topic
        + "','packetEpoch':1,'at':'2026-01-05T10:00:00Z','messageId':'"
        + ID
        + "'}";
  }

  private static Step.Listens listens(String filter) {
    return assertInstanceOf(
        Step.Listens.class,
        read(
                "session/subscribed",
                "{'clientIdentifier':'acme:d1','epoch':1,'filters':['"
                    + filter
                    + "'],'at':'2026-01-05T10:00:00Z'}")
            .orElseThrow());
  }

  private static Optional<Step> read(String event, String data) {
    var payload = ("{\"data\":" + data.replace('\'', '"') + "}").getBytes(StandardCharsets.UTF_8);
    return StepReader.read(
        new OutboxEvent(
            1,
            ID,
            "platform/ingest/" + event + "/" + DEVICE,
            1,
            CloudEvent.CONTENT_TYPE,
            Map.of(),
            payload,
            T0));
  }
}
