package io.muster.systemtests.clients;

import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.DeviceCertificate;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a device connects.
 *
 * @param port of the scheme
 * @param kept whether the session outlives the connection
 * @param will the payload of a will at its presence, at QoS 1
 * @param authority what to trust with TLS
 * @param certificate what to show there; then it shows no user name and no password
 */
record Login(
    TestDevice device,
    Scheme scheme,
    int port,
    boolean kept,
    Optional<String> will,
    Optional<Path> authority,
    Optional<DeviceCertificate> certificate) {
  static final long SESSION_EXPIRY_SECONDS = 3_600;

  enum Scheme {
    TCP,
    TLS,
    WEBSOCKET,
    WEBSOCKET_TLS
  }

  static Login of(TestDevice device, Scheme scheme, int port) {
    return new Login(
        device, scheme, port, false, Optional.empty(), Optional.empty(), Optional.empty());
  }

  Login keepingTheSession() {
    return new Login(device, scheme, port, true, will, authority, certificate);
  }

  Login withWill(String payload) {
    return new Login(device, scheme, port, kept, Optional.of(payload), authority, certificate);
  }

  Login trusting(Path authority) {
    return new Login(device, scheme, port, kept, will, Optional.of(authority), certificate);
  }

  Login showing(DeviceCertificate own) {
    return new Login(device, scheme, port, kept, will, authority, Optional.of(own));
  }

  /** Where the will and the device's own word on its presence go. */
  String presence() {
    return "presence/" + device.address();
  }
}
