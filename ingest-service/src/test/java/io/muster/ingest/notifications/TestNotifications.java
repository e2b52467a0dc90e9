package io.muster.ingest.notifications;

import io.muster.ingest.intake.StoreDatabase;
import io.quarkus.runtime.ShutdownEvent;

/** Notifications of one replica, for tests of other packages. */
public final class TestNotifications {
  private final Notifications notifications;

  private TestNotifications(StoreDatabase database) {
    notifications =
        new Notifications(
            database.vertx(),
            database.pool(),
            NotificationsIT.address(database),
            NotificationsIT.config());
  }

  public static TestNotifications start(StoreDatabase database) {
    return new TestNotifications(database);
  }

  public Notifications get() {
    return notifications;
  }

  public void stop() {
    notifications.stop(new ShutdownEvent());
  }
}
