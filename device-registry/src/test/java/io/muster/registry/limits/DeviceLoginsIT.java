package io.muster.registry.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.Api;
import io.muster.registry.LocalPeer;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Devices behind one proxy, and a stranger among them. */
@RegistryTest
class DeviceLoginsIT {
  private static final String STRANGER = "203.0.113.66";

  Tokens tokens;

  @Test
  void aStrangerBehindTheProxyKeepsOutWhoeverHasItsAddressAndNobodyElse() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var secret = admin.secret(admin.device(tenant, "one")).<String>path("secret");
    try (var proxy = new LocalPeer(LocalPeer.TRUSTED)) {
      // Sixty in a minute, and a minute may end meanwhile.
      assertTrue(
          IntStream.range(0, 130)
              .anyMatch(
                  _ ->
                      ask(proxy, STRANGER, "?", "wrong") == 429
                          && ask(proxy, STRANGER, "one@" + tenant, secret) == 429),
          "is listened to for ever");
      assertEquals(200, ask(proxy, "203.0.113.7", "one@" + tenant, secret));
    }
  }

  private static int ask(LocalPeer proxy, String client, String user, String password) {
    var basic = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    var authorization = "Basic " + Base64.getEncoder().encodeToString(basic);
    return proxy.send("POST", "/api/v1/device/token", authorization, client, "{}");
  }
}
