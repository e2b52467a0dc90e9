package io.muster.outbox;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** How an instance is called: the same after a restart, and as no other instance of its service. */
public final class InstanceName {
  private InstanceName() {}

  /**
   * @param configured what it is called by those who run it
   * @param otherwise where the host has no name either
   * @return the host's name where nothing is configured
   */
  public static String of(Optional<String> configured, String otherwise) {
    return configured.orElseGet(() -> hostName(otherwise));
  }

  private static String hostName(String otherwise) {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return otherwise;
    }
  }
}
