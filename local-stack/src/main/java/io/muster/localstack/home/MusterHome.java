package io.muster.localstack.home;

import io.muster.localstack.Checkout;
import io.muster.localstack.UserMistake;
import io.muster.localstack.files.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
   * Makes it unless it exists, closes it to others and marks it as Muster's.
   *
   * @throws UncheckedIOException when it cannot be made
   * @throws UserMistake when it is a folder that holds something else
   */
  public MusterHome create() {
    try {
      if (!isMarked()) {
        requireNothingElse();
      }
      for (var closed : List.of(folder, logs(), brokerData())) {
        PrivateFiles.closedFolder(closed);
      }
      if (!isMarked()) {
        Files.writeString(marker(), "Muster's own folder: ./muster reset deletes what is in it.\n");
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Whether {@link #create()} made it, so that what has its names in it is Muster's. */
  public boolean isMarked() {
    return Files.isRegularFile(marker());
  }

  /** What {@code ./muster reset} deletes; the programs are unpacked from the build, no data. */
  public List<Path> data() {
    return List.of(
        databaseData(),
        brokerData(),
        artifacts(),
        observed(),
        secrets(),
        tls(),
        folder.resolve("simulated"),
        logs(),
        adminToken());
  }

  private Path marker() {
    return folder.resolve(".muster-home");
  }

  /**
   * A folder without the mark is empty, but for unpacked programs, or of the time before there was
   * a mark. Names do not make it Muster's: other people have folders called {@code logs}, too.
   */
  private void requireNothingElse() throws IOException {
    if (!Files.isDirectory(folder) || Files.isDirectory(keys())) {
      return;
    }
    try (var entries = Files.newDirectoryStream(folder)) {
      for (var entry : entries) {
        var hidden = entry.getFileName().toString().startsWith(".");
        if (!hidden && !entry.equals(programs())) {
          throw new UserMistake(
              "%s holds something else, such as %s. %s names a folder that is Muster's alone; it is made when it is absent."
                  .formatted(folder, entry.getFileName(), VARIABLE));
        }
      }
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

  /** The keys that everything on this machine is signed with. */
  public Path keys() {
    return secrets().resolve("keys");
  }

  /** The authority that makes devices' certificates. */
  public Path deviceAuthority() {
    return secrets().resolve("device-authority");
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

  /** The bytes of uploaded artifacts. */
  public Path artifacts() {
    return folder.resolve("artifacts");
  }

  /** What Prometheus keeps. */
  public Path observed() {
    return folder.resolve("observed");
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
