package io.muster.command.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.outbox.OutboxSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MigrationTest {
  @Test
  void theMigrationsAreTheModulesOwnText() throws IOException {
    assertEquals(OutboxSchema.outbox(), text("V1__create_outbox.sql"));
    assertEquals(OutboxSchema.properties(), text("V2__add_outbox_properties.sql"));
    assertEquals(OutboxSchema.devices(), text("V3__index_outbox_by_device.sql"));
    assertEquals(OutboxSchema.follower(), text("V4__create_followed_log.sql"));
    assertEquals(OutboxSchema.followerTurn(), text("V5__add_followed_log_turn.sql"));
    assertEquals(OutboxSchema.tenantRemoval(), text("V60__create_tenant_removal.sql"));
  }

  private String text(String migration) throws IOException {
    try (var in = getClass().getResourceAsStream("/db/migration/" + migration)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
