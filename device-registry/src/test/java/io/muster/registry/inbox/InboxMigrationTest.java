package io.muster.registry.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.outbox.OutboxSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class InboxMigrationTest {
  @Test
  void theMigrationIsTheModulesOwnText() throws IOException {
    try (var in = getClass().getResourceAsStream("/db/migration/V22__create_followed_log.sql")) {
      assertEquals(OutboxSchema.follower(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
