package io.muster.registry.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.outbox.OutboxSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class InboxMigrationTest {
  @Test
  void theMigrationsAreTheModulesOwnTexts() throws IOException {
    assertEquals(OutboxSchema.follower(), migration("V22__create_followed_log.sql"));
    assertEquals(OutboxSchema.followerTurn(), migration("V29__add_turn_of_follower.sql"));
  }

  private String migration(String name) throws IOException {
    try (var in = getClass().getResourceAsStream("/db/migration/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
