package io.muster.ingest.sessions;

import static io.muster.ingest.sessions.TestReplica.NEVER_ENDS;
import static io.muster.ingest.sessions.TestReplica.client;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the intake goes by when a message of an earlier connection comes late. */
class ReleasedEpochIT {
  @TempDir static Path folder;

  @Test
  void aPubrelTellsOverWhichConnectionTheSessionHasGoneOn() {
    try (var database = SessionsDatabase.start(folder);
        var replica = new TestReplica("one", database)) {
      await().until(replica.sessions::isReady);
      var device = DeviceAddress.of("acme", "one");
      replica.take(device, false, NEVER_ENDS);
      assertEquals(0, releasedEpoch(replica, device));
      var second = replica.take(device, false, NEVER_ENDS);
      replica.sessions.release(second.sessionKey(), 5).await().indefinitely();
      assertEquals(second.epoch(), releasedEpoch(replica, device));
      var third = replica.take(device, false, NEVER_ENDS);
      assertEquals(second.epoch(), releasedEpoch(replica, device));
      replica.sessions.release(third.sessionKey(), 6).await().indefinitely();
      assertEquals(third.epoch(), releasedEpoch(replica, device));
    }
  }

  private static long releasedEpoch(TestReplica replica, DeviceAddress device) {
    return replica.count(
        "SELECT released_epoch FROM mqtt_session WHERE client_identifier = $1",
        client(device).value());
  }
}
