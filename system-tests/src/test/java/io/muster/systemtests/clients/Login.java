package io.muster.systemtests.clients;

import io.muster.systemtests.devices.TestDevice;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a device connects.
 *
 * @param port of the scheme
 * @param kept whether the session outlives the connection
 * @param will the payload of a will at its presence, at QoS 1
 * @param authority what to trust with {@link Scheme#TLS}
 */
record Login(
    TestDevice device,
    Scheme scheme,
    int port,
    boolean kept,
    Optional<String> will,
    Optional<Path> authority) {
  static final long SESSION_EXPIRY_SECONDS = 3_600;

  enum Scheme {
    TCP,
    TLS,
    WEBSOCKET
  }

  static Login of(TestDevice device, Scheme scheme, int port) {
    return new Login(device, scheme, port, false, Optional.empty(), Optional.empty());
  }

  Login keepingTheSession() {
    return new Login(device, scheme, port, true, will, authority);
  }

  Login withWill(String payload) {
    return new Login(device, scheme, port, kept, Optional.of(payload), authority);
  }

  Login trusting(Path authority) {
    return new Login(device, scheme, port, kept, will, Optional.of(authority));
  }

  /** Where the will and the device's own word on its presence go. */
  String presence() {
    return "presence/" + device.address();
  }
}
