package io.muster.localstack.postgres;

import io.muster.localstack.files.FileTree;
import io.muster.localstack.files.PrivateFiles;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A PostgreSQL data directory: made once, and how to start the server on it. Safe settings instead
 * of a test's: passwords (SCRAM) for every connection, commits on disk before they are reported,
 * loopback only, no Unix socket.
 */
final class Cluster {
  static final String SUPERUSER = "postgres";
  private static final String ACCESS =
      "host all all 127.0.0.1/32 scram-sha-256\n"; // no trust, no peer, nothing else

  private static final List<String> MADE_WITH =
      List.of(
          "--username=" + SUPERUSER,
          "--auth=scram-sha-256",
          "--encoding=UTF8",
          // The builtin provider sorts alike everywhere; a system's locale may change.
          "--locale-provider=builtin",
          "--builtin-locale=C.UTF-8",
          "--locale=C");

  private final PostgresBinaries binaries;
  private final Account account;
  private final Path data;
  private final Path passwordFile;

  /**
   * @param data PostgreSQL's own folder
   * @param passwordFile the superuser's password, made when absent
   */
  Cluster(PostgresBinaries binaries, Account account, Path data, Path passwordFile) {
    this.binaries = binaries;
    this.account = account;
    this.data = data.toAbsolutePath();
    this.passwordFile = passwordFile.toAbsolutePath();
  }

  /** Makes the data directory unless it exists. */
  void create(Path log) throws IOException {
    if (!Files.exists(data)) {
      PrivateFiles.secret(passwordFile);
      // Renamed when complete, so that an interrupted first start is simply repeated.
      var fresh = data.resolveSibling(data.getFileName() + ".new");
      FileTree.delete(fresh);
      PrivateFiles.folder(fresh);
      initialise(fresh, log);
      Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.writeString(data.resolve("pg_hba.conf"), ACCESS);
    forgetForeignLock();
  }

  /**
   * Makes the data directory, unless it exists, by copying one that is made only once: what {@code
   * initdb} does takes a second. The superuser's password is the same in all copies, so that this
   * is for tests. Several processes may make that one at the same time; the first to finish wins.
   */
  void createAsCopy(Path log) throws IOException {
    if (!Files.exists(data)) {
      var original = original();
      if (!Files.isDirectory(original)) {
        var fresh = Files.createTempDirectory(original.getParent(), "making-");
        new Cluster(binaries, account, fresh.resolve("data"), fresh.resolve("password"))
            .create(log);
        FileTree.publish(fresh, original);
      }
      PrivateFiles.write(passwordFile, Files.readString(original.resolve("password")));
      FileTree.copy(original.resolve("data"), data);
    }
    create(log);
  }

  /** Beside the programs; named by them and by all else that it is made with. */
  private Path original() {
    var programs = binaries.folder();
    var made = Integer.toHexString(MADE_WITH.hashCode());
    return programs.resolveSibling(programs.getFileName() + "-cluster-" + made);
  }

  String superuserPassword() throws IOException {
    return PrivateFiles.secret(passwordFile);
  }

  Launch launch(String name, int port, int maxConnections, Path log) {
    var settings =
        List.of(
            "listen_addresses=127.0.0.1",
            "port=" + port,
            "unix_socket_directories=",
            "max_connections=" + maxConnections,
            "password_encryption=scram-sha-256",
            "fsync=on",
            "full_page_writes=on",
            "synchronous_commit=on",
            "timezone=UTC",
            "log_timezone=UTC",
            "logging_collector=off");
    var command = new ArrayList<>(List.of(binaries.program("postgres"), "-D", data.toString()));
    settings.forEach(setting -> command.addAll(List.of("-c", setting)));
    return new Launch(name, account.command(command), Map.of("LC_ALL", "C"), log, StopSignal.INT);
  }

  private void initialise(Path folder, Path log) throws IOException {
    var command =
        new ArrayList<>(
            List.of(binaries.program("initdb"), "--pgdata=" + folder, "--pwfile=" + passwordFile));
    command.addAll(MADE_WITH);
    PrivateFiles.folder(log.toAbsolutePath().getParent());
    var builder = new ProcessBuilder(account.command(command)).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      var code = builder.start().waitFor();
      if (code != 0) {
        throw new IOException("initdb ended with " + code + "; see " + log);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * After a reboot the process id in {@code postmaster.pid} may belong to somebody else, and the
   * server would refuse to start.
   */
  private void forgetForeignLock() throws IOException {
    var lock = data.resolve("postmaster.pid");
    if (!Files.exists(lock)) {
      return;
    }
    var pid = Files.readString(lock).lines().findFirst().orElse("").strip();
    var owner = pid.matches("\\d+") ? ProcessHandle.of(Long.parseLong(pid)) : null;
    var postgres =
        owner != null
            && owner
                .flatMap(process -> process.info().command())
                .filter(program -> program.endsWith("postgres"))
                .isPresent();
    if (!postgres) {
      Files.delete(lock);
    }
  }
}
