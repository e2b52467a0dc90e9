package io.muster.registry.tenants;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.Golden;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeletedTenants;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Rows;
import io.muster.registry.Tokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Names of deleted tenants stay known, and are never given again. */
@RegistryTest
class DeletedTenantsIT {
  private static final String TENANTS = "/api/v1/tenants";
  private static final String DELETED = "/internal/v1/deleted-tenants";

  Tokens tokens;
  LocalPostgres postgres;

  @Test
  void whoeverMissedTheEventLearnsOfThemPageByPage() throws IOException {
    var admin = Api.as(tokens.admin());
    var gone = IntStream.range(0, 5).mapToObj(n -> admin.tenant()).toList();
    var there = admin.tenant();
    gone.forEach(tenant -> admin.delete(TENANTS + "/" + tenant).then().statusCode(204));
    var found = new ArrayList<TenantId>();
    var page = page(0);
    while (!page.items().isEmpty()) {
      assertTrue(page.items().size() <= 2);
      found.addAll(page.items());
      page = page(page.next());
    }
    var ids = found.stream().map(TenantId::value).toList();
    assertEquals(gone, ids.stream().filter(gone::contains).toList());
    assertTrue(!ids.contains(there));
    Golden.assertSameShape(
        "internal/deleted-tenants.json",
        Api.as(tokens.service()).get(DELETED + "?limit=2").asByteArray());
  }

  @Test
  void onlyServicesMayKnow() {
    assertProblem(Api.as(tokens.admin()).get(DELETED), 401, "not-authenticated");
    assertProblem(Api.as(null).get(DELETED), 401, "not-authenticated");
  }

  @Test
  void whoeverIsQuickestNobodyGetsTheNameBack() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var statuses =
        IntStream.range(0, 12)
            .parallel()
            .mapToObj(
                n ->
                    n == 0
                        ? admin.delete(TENANTS + "/" + tenant).statusCode()
                        : admin.post(TENANTS, Map.of("id", tenant)).statusCode())
            .toList();
    assertEquals(204, statuses.getFirst());
    assertEquals(List.of(409), statuses.stream().skip(1).distinct().toList());
    assertEquals(
        0,
        Rows.count(postgres, "SELECT count(*) FROM registry.tenant WHERE id = '" + tenant + "'"));
  }

  private DeletedTenants page(long after) throws IOException {
    var answer = Api.as(tokens.service()).get(DELETED + "?limit=2&after=" + after);
    answer.then().statusCode(200);
    return ContractJson.mapper().readValue(answer.asByteArray(), DeletedTenants.class);
  }
}
