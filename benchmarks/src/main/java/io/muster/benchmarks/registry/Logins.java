package io.muster.benchmarks.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.benchmarks.load.DeviceLogin;

/** Questions about a device with its secret, as a service and as EMQX ask them. Stateless. */
final class Logins {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Logins() {}

  static String verification(DeviceLogin login) {
    var body = MAPPER.createObjectNode();
    body.putObject("device")
        .put("tenant", login.device().tenant().value())
        .put("device", login.device().device().value());
    body.putObject("proof").put("kind", "secret").put("secret", login.secret());
    return body.toString();
  }

  static String emqx(DeviceLogin login) {
    var device = login.device();
    return MAPPER
        .createObjectNode()
        .put("clientid", device.tenant() + ":" + device.device())
        .put("username", device.userName())
        .put("password", login.secret())
        .toString();
  }
}
