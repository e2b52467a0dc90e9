package io.muster.ingest.access;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * The registry's events over MQTT say only that its log has something new; each replica hears them
 * in a session of its own that ends with the connection.
 */
@Singleton
class RegistryWakeUp {
  static final String CHANNEL = "registry-events";

  private final RegistryAccess access;

  RegistryWakeUp(RegistryAccess access) {
    this.access = access;
  }

  @Incoming(CHANNEL)
  void heard(byte[] unread) {
    access.wakeUp();
  }
}
