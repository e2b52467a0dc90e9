package io.muster.localstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckoutTest {
  private static final String PARENT = "<project><artifactId>muster-parent</artifactId></project>";
  private static final String MODULE =
      "<project><parent><artifactId>muster-parent</artifactId></parent>"
          + "<artifactId>broker</artifactId></project>";

  @TempDir Path folder;

  @Test
  void isFoundFromWithinAModule() throws IOException {
    Files.writeString(folder.resolve("pom.xml"), PARENT);
    var inside = Files.createDirectories(folder.resolve("broker/src/main"));
    Files.writeString(folder.resolve("broker/pom.xml"), MODULE);
    assertEquals(folder, Checkout.around(inside).root());
  }

  @Test
  void elsewhereIsAMistake() {
    assertThrows(UserMistake.class, () -> Checkout.around(folder));
  }

  @Test
  void takesTheProgramNotItsTests() throws IOException {
    var target = Files.createDirectories(folder.resolve("broker/target"));
    Files.createFile(target.resolve("broker-1-tests.jar"));
    Files.createFile(target.resolve("broker-1-sources.jar"));
    var jar = Files.createFile(target.resolve("broker-1.jar"));
    assertEquals(jar, new Checkout(folder).jar("broker"));
  }

  @Test
  void aModuleMayStandInTheFolderOfAnother() throws IOException {
    var target = Files.createDirectories(folder.resolve("benchmarks/floor/target"));
    var jar = Files.createFile(target.resolve("floor-1.jar"));
    assertEquals(jar, new Checkout(folder).jar("benchmarks/floor"));
  }

  @Test
  void anUnbuiltModuleIsAMistake() {
    var checkout = new Checkout(folder);
    assertThrows(UserMistake.class, () -> checkout.jar("broker"));
    assertThrows(UserMistake.class, () -> checkout.quarkusJar("ingest-service"));
  }
}
