package io.muster.ingest.packetlog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import org.junit.jupiter.api.Test;

class ToldEntryTest {
  /** While replicas are replaced, some are older than others. */
  @Test
  void ofANewerReplicaIsUnderstoodHoweverStrictPeopleAreReadOtherwise() throws Exception {
    var strict =
        new ObjectMapper()
            .registerModule(new JavaTimeModule())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    var told =
        strict.readValue(
            "{\"tenant\":\"acme\",\"device\":\"pump\",\"newer\":1,\"entry\":"
                + "{\"packet\":\"PINGREQ\",\"direction\":\"in\",\"newer\":{}}}",
            ToldEntry.class);
    assertEquals("acme/pump", told.address().toString());
    assertEquals("PINGREQ", told.entry().packet());
  }
}
