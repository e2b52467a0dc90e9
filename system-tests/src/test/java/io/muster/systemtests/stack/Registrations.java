package io.muster.systemtests.stack;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.devices.TestDevice;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes tenants and devices over the registry's REST API. Safe for several threads. */
final class Registrations {
  private final AtomicInteger names = new AtomicInteger();
  private final Http http;
  private final Tokens tokens;
  private final String registry;

  Registrations(Http http, Tokens tokens, String registry) {
    this.http = http;
    this.tokens = tokens;
    this.registry = registry;
  }

  TenantId newTenant() {
    var unique = Long.toString(System.nanoTime(), Character.MAX_RADIX);
    var tenant = new TenantId("t" + names.incrementAndGet() + "-" + unique);
    http.post(
            registry + "/api/v1/tenants",
            tokens.admin(),
            "{\"id\":\"%s\",\"limits\":{\"messagesPerSecond\":100000}}".formatted(tenant))
        .expect(201);
    return tenant;
  }

  TestDevice newDevice(TenantId tenant, String name) {
    var address = DeviceAddress.of(tenant.value(), name);
    http.post(devices(tenant), tokens.admin(), "{\"id\":\"%s\"}".formatted(name)).expect(201);
    var credential =
        http.post(credentials(address), tokens.admin(), "{\"kind\":\"secret\"}").expect(201);
    return new TestDevice(address, credential.json().path("secret").asText());
  }

  String devices(TenantId tenant) {
    return registry + "/api/v1/tenants/" + tenant + "/devices";
  }

  String credentials(DeviceAddress device) {
    return devices(device.tenant()) + "/" + device.device() + "/credentials";
  }
}
