package io.muster.ingest.telemetry.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import org.junit.jupiter.api.Test;

/** What replicas tell each other: while they are replaced, some are older than others. */
class ToldTest {
  private static final ObjectMapper STRICT =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  @Test
  void aReadingOfANewerReplicaIsUnderstood() throws Exception {
    assertEquals(
        Told.skipped(new TenantId("acme"), 3),
        STRICT.readValue("{\"tenant\":\"acme\",\"skipped\":3,\"newer\":1}", Told.class));
  }

  @Test
  void anInterestOfANewerReplicaIsUnderstood() throws Exception {
    assertEquals(
        new Interest(new TenantId("acme"), new DeviceId("pump")),
        STRICT.readValue("{\"tenant\":\"acme\",\"device\":\"pump\",\"newer\":1}", Interest.class));
  }
}
