package io.muster.localstack.home;

import io.muster.localstack.Checkout;
import io.muster.localstack.files.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a local stack keeps everything: {@code .muster} in the checkout, or the folder that {@code
 * MUSTER_HOME} names. Readable by its owner only.
 *
 * @param folder absolute
 */
public record MusterHome(Path folder) {
  /** The environment variable that moves it. */
  public static final String VARIABLE = "MUSTER_HOME";

  /** The one of this environment. */
  public static MusterHome of(Checkout checkout, Map<String, String> environment) {
    var named = environment.getOrDefault(VARIABLE, "");
    var folder = named.isBlank() ? checkout.root().resolve(".muster") : Path.of(named);
    return new MusterHome(folder.toAbsolutePath().normalize());
  }

  /**
   * Makes it unless it exists.
   *
   * @throws UncheckedIOException when it cannot be made
   */
  public MusterHome create() {
    try {
      PrivateFiles.folder(folder);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + folder, e);
    }
  }

  /** The administrator's token, mode 0600. */
  public Path adminToken() {
    return folder.resolve("admin.token");
  }

  /** Generated passwords, keys and tokens. */
  public Path secrets() {
    return folder.resolve("secrets");
  }

  /** A service's own token, mode 0600. */
  public Path serviceToken(String service) {
    return secrets().resolve("tokens").resolve(service + ".token");
  }

  public Path logs() {
    return folder.resolve("logs");
  }

  public Path log(String process) {
    return logs().resolve(process + ".log");
  }

  /** What runs, in files. */
  public Path run() {
    return folder.resolve("run");
  }

  /** The database's files. */
  public Path databaseData() {
    return folder.resolve("postgres");
  }

  /** The broker's files. */
  public Path brokerData() {
    return folder.resolve("broker");
  }

  /** Certificates of the device endpoint. */
  public Path tls() {
    return folder.resolve("tls");
  }

  /** Unpacked programs; nothing is lost with them. */
  public Path programs() {
    return folder.resolve("programs");
  }

  /** Credentials of devices that this command made, by tenant. */
  public Path devices(String tenant) {
    return folder.resolve("simulated").resolve(tenant);
  }
}
