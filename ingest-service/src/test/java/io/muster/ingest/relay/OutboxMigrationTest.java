package io.muster.ingest.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.topic.DownwardTopic;
import io.muster.outbox.OutboxSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What this service has copied is what it was copied from. */
class OutboxMigrationTest {

  @Test
  void theMigrationIsTheOutboxModulesText() throws IOException {
    assertEquals(OutboxSchema.outbox(), resource("/db/migration/V10__create_outbox.sql"));
    assertEquals(
        OutboxSchema.properties(), resource("/db/migration/V41__add_outbox_properties.sql"));
    assertEquals(OutboxSchema.devices(), resource("/db/migration/V51__index_outbox_by_device.sql"));
    assertEquals(
        OutboxSchema.tenantRemoval(), resource("/db/migration/V61__create_tenant_removal.sql"));
  }

  @Test
  void theDownlinkSubscribesToWhatMayGoDownAndNothingElse() throws IOException {
    var properties = new Properties();
    try (var in = getClass().getResourceAsStream("/application.properties")) {
      properties.load(in);
    }
    var filters = properties.getProperty("mp.messaging.incoming.downlink.topic").split(",");
    assertEquals(DownwardTopic.FILTERS, List.of(filters));
  }

  private String resource(String name) throws IOException {
    try (var in = getClass().getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
