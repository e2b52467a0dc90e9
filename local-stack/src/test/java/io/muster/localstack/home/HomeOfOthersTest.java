package io.muster.localstack.home;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.UserMistake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that are there already when a stack is to live in them. */
class HomeOfOthersTest {
  @TempDir Path folder;

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private Path open(String name) throws IOException {
    var made = Files.createDirectories(folder.resolve(name));
    return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void whatIsOpenToOthersIsClosed() throws IOException {
    open(".muster/programs");
    var home = new MusterHome(open(".muster")).create();
    assertEquals("rwx------", mode(home.folder()));
    assertEquals("rwx------", mode(home.logs()));
    assertEquals("rwx------", mode(home.brokerData()));
    open(".muster/logs");
    open(".muster");
    home.create();
    assertEquals("rwx------", mode(home.folder()));
    assertEquals("rwx------", mode(home.logs()));
  }

  @Test
  void aFolderThatHoldsSomethingElseIsNotTaken() throws IOException {
    var theirs = open("home");
    open("home/logs");
    var mistake = assertThrows(UserMistake.class, () -> new MusterHome(theirs).create());
    assertTrue(mistake.getMessage().contains("logs"), mistake.getMessage());
    assertEquals("rwxr-xr-x", mode(theirs));
    assertFalse(new MusterHome(theirs).isMarked());
  }

  @Test
  void oneOfBeforeThereWasAMarkIsMarked() throws IOException {
    var home = new MusterHome(open("earlier"));
    open("earlier/postgres");
    open("earlier/secrets/keys");
    assertTrue(home.create().isMarked());
  }

  @Test
  void oneThatIsMarkedMayHoldMore() throws IOException {
    var home = new MusterHome(folder.resolve("own")).create();
    Files.createFile(home.folder().resolve("notes"));
    assertTrue(home.create().isMarked());
  }
}
