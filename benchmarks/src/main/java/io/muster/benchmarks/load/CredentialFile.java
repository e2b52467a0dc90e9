package io.muster.benchmarks.load;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Devices that exist already: a file with a line {@code device@tenant,secret} for each; empty lines
 * and those that begin with {@code #} do not count.
 */
public final class CredentialFile {
  private CredentialFile() {}

  /**
   * Reads it.
   *
   * @throws LoadException when it cannot be read or holds something else; no secret is repeated
   */
  public static List<DeviceLogin> read(Path file) {
    try {
      var logins =
          Files.readAllLines(file).stream()
              .map(String::strip)
              .filter(line -> !line.isEmpty() && !line.startsWith("#"))
              .map(CredentialFile::login)
              .toList();
      if (logins.isEmpty()) {
        throw new LoadException(file + " names no device");
      }
      return logins;
    } catch (IOException e) {
      throw new LoadException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static DeviceLogin login(String line) {
    var comma = line.indexOf(',');
    if (comma < 0) {
      throw new LoadException("expected lines of the form device@tenant,secret");
    }
    try {
      var device = DeviceAddress.fromUserName(line.substring(0, comma).strip());
      return new DeviceLogin(device, line.substring(comma + 1).strip());
    } catch (MalformedIdException e) {
      throw new LoadException(e.getMessage(), e);
    }
  }
}
