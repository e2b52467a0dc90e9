package io.muster.registry.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Rows;
import io.muster.registry.Tokens;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** A tenant goes with more devices than are removed at a time. */
@RegistryTest
class LargeTenantRemovalIT {
  private static final int DEVICES = 2_345;

  Tokens tokens;
  LocalPostgres postgres;

  @Test
  void eachDeviceGoesAndIsToldOnceWhereverItsGatewayStands() throws SQLException {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var spared = admin.tenant();
    admin.device(spared, "d1");
    // The one goes with the first page, the other with the last.
    admin.device(tenant, "a-gateway");
    admin.device(tenant, "z-gateway");
    insert(tenant);
    assertEquals(DEVICES + 2, devices(tenant));
    admin.delete("/api/v1/tenants/" + tenant + "?withDevices=true").then().statusCode(204);
    assertEquals(0, devices(tenant));
    assertEquals(1, devices(spared));
    var told = "FROM registry.outbox WHERE topic LIKE 'platform/registry/device-deleted/" + tenant;
    assertEquals(DEVICES + 2, Rows.count(postgres, "SELECT count(*) " + told + "/%'"));
    assertEquals(DEVICES + 2, Rows.count(postgres, "SELECT count(DISTINCT topic) " + told + "/%'"));
    admin.get("/api/v1/tenants/" + tenant).then().statusCode(404);
  }

  private long devices(String tenant) {
    return Rows.count(
        postgres,
        "SELECT count(*) FROM registry.device d JOIN registry.tenant t ON t.key = d.tenant_key"
            + " WHERE t.id = '"
            + tenant
            + "'");
  }

  private void insert(String tenant) throws SQLException {
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement()) {
      assertEquals(
          DEVICES,
          statement.executeUpdate(
              "INSERT INTO registry.device (tenant_key, id, version, enabled, attributes,"
                  + " gateway_key, created_at, updated_at)"
                  + " SELECT g.tenant_key, 'd' || n, 1, true, '{}', g.key, now(), now()"
                  + " FROM generate_series(1, "
                  + DEVICES
                  + ") n JOIN registry.device g ON g.id = CASE WHEN n % 2 = 0 THEN 'a-gateway'"
                  + " ELSE 'z-gateway' END JOIN registry.tenant t ON t.key = g.tenant_key"
                  + " WHERE t.id = '"
                  + tenant
                  + "'"));
    }
  }
}
