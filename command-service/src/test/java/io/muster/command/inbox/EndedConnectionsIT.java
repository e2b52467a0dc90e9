package io.muster.command.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.CommandDatabase;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connections that ended long ago. */
class EndedConnectionsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  @Test
  void areForgottenSomeAtATimeAndOthersAreNot() {
    insert("old", 25, false, "3 days");
    insert("new", 3, false, "1 hour");
    insert("alive", 4, true, "3 days");
    assertEquals(10, prune());
    assertEquals(10, prune());
    assertEquals(5, prune());
    assertEquals(0, prune());
    assertEquals(7, DATABASE.number("SELECT count(*) FROM connection"));
  }

  private static void insert(String name, int count, boolean alive, String age) {
    DATABASE.run(
        """
        INSERT INTO connection (client_identifier, tenant, device, epoch, alive, changed_at)
        SELECT '%s-' || i, 't', 'd' || i, i, %s, now() - interval '%s'
          FROM generate_series(1, %d) AS i\
        """
            .formatted(name, alive, age, count));
  }

  private static int prune() {
    return DATABASE
        .pool()
        .withConnection(db -> PresenceTable.prune(db, Instant.now(), Duration.ofDays(1), 10))
        .await()
        .atMost(PATIENCE);
  }
}
