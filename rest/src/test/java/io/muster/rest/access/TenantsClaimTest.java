package io.muster.rest.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TenantsClaimTest {
  private static final Map<String, Object> CLAIMS =
      Map.of(
          "tenants", List.of("a"),
          "https://muster.io/tenants", List.of("b"),
          "https://muster.io/claims", Json.createObjectBuilder().add("x/y", "c").build(),
          "nested", Map.of("deep", Map.of("tenants", "d")));

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "tenants, a",
        "\"https://muster.io/tenants\", b",
        "\"https://muster.io/claims\"/\"x/y\", c",
        "nested/deep/tenants, d",
        "\"nested\"/deep/\"tenants\", d"
      })
  void findsTheClaimAtItsPath(String path, String tenant) {
    assertEquals(Set.of(tenant), TenantsClaim.of(new Token(CLAIMS), path));
  }

  @Test
  void findsNothingWhereThereIsNothing() {
    assertEquals(Set.of(), TenantsClaim.of(new Token(CLAIMS), "tenants/a"));
    assertEquals(Set.of(), TenantsClaim.of(new Token(CLAIMS), "https://muster.io/tenants"));
    assertEquals(Set.of(), TenantsClaim.of(new Token(CLAIMS), "nested/other/tenants"));
  }

  private record Token(Map<String, Object> claims) implements JsonWebToken {
    @Override
    public String getName() {
      return "somebody";
    }

    @Override
    public Set<String> getClaimNames() {
      return claims.keySet();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getClaim(String name) {
      return (T) claims.get(name);
    }
  }
}
