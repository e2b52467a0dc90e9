package io.muster.localstack.home;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.localstack.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MusterHomeTest {
  @TempDir Path folder;

  @Test
  void isInTheCheckout() {
    var home = MusterHome.of(new Checkout(folder), Map.of());
    assertEquals(folder.resolve(".muster/admin.token"), home.adminToken());
  }

  @Test
  void movesWithTheVariable() {
    var elsewhere = folder.resolve("elsewhere");
    var home = MusterHome.of(new Checkout(folder), Map.of("MUSTER_HOME", elsewhere.toString()));
    assertEquals(elsewhere, home.folder());
  }

  @Test
  void isClosedToOthers() throws IOException {
    var home = MusterHome.of(new Checkout(folder), Map.of()).create();
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.folder())));
  }
}
