package io.muster.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.contract.id.DeviceAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialFileTest {
  @TempDir private Path folder;

  @Test
  void readsALineForEachDevice() throws IOException {
    var file = written("# two of them\n\nsensor-1@demo,abc,def\n sensor-2@demo , ghi \n");

    assertEquals(
        List.of(
            new DeviceLogin(DeviceAddress.of("demo", "sensor-1"), "abc,def"),
            new DeviceLogin(DeviceAddress.of("demo", "sensor-2"), "ghi")),
        CredentialFile.read(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# none", "sensor-1@demo hush", "sensor-1,hush", "a@DEMO,hush"})
  void anythingElseIsRefusedWithoutRepeatingASecret(String text) throws IOException {
    var file = written(text);

    var failure = assertThrows(LoadException.class, () -> CredentialFile.read(file));

    assertFalse(failure.getMessage().contains("hush"), failure.getMessage());
  }

  @Test
  void aSecretIsNotShown() {
    var login = new DeviceLogin(DeviceAddress.of("demo", "a"), "hush");

    assertFalse(login.toString().contains("hush"));
  }

  private Path written(String text) throws IOException {
    return Files.writeString(folder.resolve("credentials"), text);
  }
}
