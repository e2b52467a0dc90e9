package io.muster.ingest.uplink;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionsRetold;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkBatch.Beginning;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hub takes for a part of an edge's log. */
class BatchCheckTest {
  private static final UUID LOG = UUID.randomUUID();

  private static OutboxEvent entry(long sequence, String topic) {
    return new OutboxEvent(
        sequence, UUID.randomUUID(), topic, 1, null, Map.of(), new byte[0], Instant.EPOCH);
  }

  private static UplinkBatch batch(OutboxEvent... entries) {
    return new UplinkBatch(LOG, 0, null, null, List.of(entries));
  }

  private static void check(UplinkBatch batch) {
    BatchCheck.check("lyon", batch, 3);
  }

  private static String refused(UplinkBatch batch) {
    var refused = assertThrows(RefusedException.class, () -> check(batch)).refusal();
    return assertInstanceOf(Refusal.Meaningless.class, refused).errors().toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "command/acme/d1/res/r1/200",
        "shadow/acme/d1/update",
        "shadow/acme/d1/name/n/get",
        "firmware/acme/d1/feedback",
        "presence/acme/d1",
        "aws/acme/d1/jobs/get",
        "platform/ingest/session/connected/acme/d1",
        "platform/ingest/delivered/acme/d1",
        "platform/ingest/dead-letter/acme/d1",
        "platform/ingest/sessions-retold/lyon"
      })
  void whatIngestWritesMayCome(String topic) {
    assertDoesNotThrow(() -> check(batch(entry(1, topic))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "platform/registry/device-created/acme/d1",
        "platform/firmware/installed/acme/d1",
        "platform/ingestx/delivered/acme/d1",
        "command/acme/d1/req/r1/reboot",
        "platform/ingest/sessions-retold/aarhus",
        "$SYS/broker",
        "whatever"
      })
  void whatOthersSayMayNot(String topic) {
    assertTrue(refused(batch(entry(1, topic))).contains("/entries/0/topic"));
  }

  @Test
  void aGapWithinIsRefused() {
    var gap = batch(entry(1, "presence/acme/d1"), entry(3, "presence/acme/d1"));
    assertTrue(refused(gap).contains("/entries/1/sequence"));
    assertTrue(refused(batch(entry(2, "presence/acme/d1"))).contains("must be 1"));
  }

  @Test
  void anEntryIsWholeAndComesOnce() {
    var one = entry(1, "presence/acme/d1");
    var nameless =
        new OutboxEvent(1, null, one.topic(), 1, null, Map.of(), new byte[0], Instant.EPOCH);
    assertTrue(refused(batch(nameless)).contains("/entries/0"));
    var qos = new OutboxEvent(1, LOG, one.topic(), 3, null, Map.of(), new byte[0], Instant.EPOCH);
    assertTrue(refused(batch(qos)).contains("/entries/0"));
    var again =
        new OutboxEvent(2, one.id(), one.topic(), 1, null, Map.of(), new byte[0], Instant.EPOCH);
    assertTrue(refused(batch(one, again)).contains("/entries/1"));
  }

  @Test
  void moreThanThereMayBeAreRefusedUnread() {
    var topic = SessionsRetold.topic("lyon");
    var many = batch(entry(1, topic), entry(2, topic), entry(3, topic), entry(4, topic));
    assertTrue(refused(many).contains("at most 3"));
  }

  @Test
  void aLogHasAnIdentityAndABeginningAFormerState() {
    assertTrue(refused(new UplinkBatch(null, 0, null, null, null)).contains("/log"));
    assertTrue(refused(new UplinkBatch(LOG, -1, null, null, null)).contains("/after"));
    var begins = new UplinkBatch(LOG, 0, null, new Beginning(null, -1), null);
    assertTrue(refused(begins).contains("/beginning/former"));
    assertTrue(refused(begins).contains("/beginning/missed"));
    assertDoesNotThrow(() -> check(new UplinkBatch(LOG, 0, null, null, null)));
  }
}
