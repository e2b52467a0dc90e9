package io.muster.ingest.sessions;

import static org.awaitility.Awaitility.await;

import io.smallrye.mutiny.Uni;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which replicas are said to live. */
class KnownReplicasIT {
  private static final Duration WITHIN = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static SessionsDatabase database;

  @BeforeAll
  static void startDatabase() {
    // Two replicas in one process would race to set up Mutiny, which a service does only once.
    Uni.createFrom().voidItem().await().indefinitely();
    database = SessionsDatabase.start(folder);
  }

  @AfterAll
  static void stopDatabase() {
    database.close();
  }

  private static Set<UUID> known(TestReplica replica) {
    return new HashSet<>(replica.sessions.replicas().await().atMost(WITHIN));
  }

  @Test
  void aReplicaIsNamedUntilItsSessionsAreEnded() {
    try (var one = new TestReplica("one", database.pool(), TestReplica.SHORT_LEASE)) {
      await().until(() -> known(one).size() == 1);
      var first = known(one);
      var two = new TestReplica("two", database);
      await().until(() -> known(one).size() == 2);
      // On a slow machine one may be taken for dead for a moment, since its lease is short.
      await().until(() -> known(one).equals(known(two)));
      two.die();
      one.outlive("two");
      await().until(() -> known(one).equals(first));
    }
  }
}
