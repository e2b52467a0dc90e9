package io.muster.registry.events;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.outbox.OutboxSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutboxMigrationTest {
  @Test
  void theMigrationIsTheModulesOwnText() throws IOException {
    assertEquals(OutboxSchema.outbox(), text("V2__create_outbox.sql"));
    assertEquals(OutboxSchema.properties(), text("V4__add_outbox_properties.sql"));
    assertEquals(OutboxSchema.devices(), text("V5__index_outbox_by_device.sql"));
  }

  private String text(String migration) throws IOException {
    try (var in = getClass().getResourceAsStream("/db/migration/" + migration)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
