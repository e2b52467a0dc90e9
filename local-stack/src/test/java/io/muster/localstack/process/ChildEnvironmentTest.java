package io.muster.localstack.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What programs inherit. */
class ChildEnvironmentTest {
  private static final String ADMIN = "MUSTER_DATABASE_ADMIN_URL";

  private static Map<String, String> handed(Map<String, String> own) {
    var launch = new Launch("x", List.of("x"), own, Path.of("log"), StopSignal.TERM);
    var environment = new HashMap<>(Map.of("PATH", "/bin", ADMIN, "postgresql://admin:secret@db"));
    ChildProcess.hand(launch, environment);
    return environment;
  }

  @Test
  void theDatabasesAdministratorIsNotHandedOn() {
    assertEquals(Map.of("PATH", "/bin", "A", "1"), handed(Map.of("A", "1")));
  }

  @Test
  void unlessAProgramIsMeantToHaveIt() {
    assertEquals("given", handed(Map.of(ADMIN, "given")).get(ADMIN));
  }
}
