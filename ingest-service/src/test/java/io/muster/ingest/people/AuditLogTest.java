package io.muster.ingest.people;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.security.Principal;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.junit.jupiter.api.Test;

class AuditLogTest {

  @Test
  void namesTheTokensSubjectAndNotWhatItsBearerMayChange() {
    var token = new Token(Map.of("sub", "0815", "upn", "admin", "preferred_username", "admin"));
    assertEquals("0815", AuditLog.who(token));
    Principal plain = () -> "service";
    assertEquals("service", AuditLog.who(plain));
  }

  @Test
  void staysOneLineOfBoundedLengthWhateverTheSubject() {
    assertEquals("a?b?c?d?e", AuditLog.printable("a\nb\rc\u0085d\u2028e"));
    assertFalse(AuditLog.printable("x".repeat(10_000)).length() > 300);
  }

  private record Token(Map<String, Object> claims) implements JsonWebToken {
    @Override
    public String getName() {
      return (String) claims.get("upn");
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
