package io.muster.localstack.postgres;

import io.muster.localstack.Checkout;
import io.muster.localstack.UserMistake;
import java.nio.file.Path;

/**
 * Where an embedded PostgreSQL keeps what.
 *
 * @param data PostgreSQL's data directory
 * @param secrets the folder of the generated passwords
 * @param log the server's output
 * @param programs the folder into which its programs are unpacked; shared by all
 * @param port on the loopback address
 * @param maxConnections PostgreSQL's setting of that name
 */
public record PostgresSettings(
    Path data, Path secrets, Path log, Path programs, int port, int maxConnections) {
  /** Two replicas of four services, each with a pool of 20, and some to look with. */
  public static final int MAX_CONNECTIONS = 200;

  /** Everything in one folder; the programs in the checkout's, so that tests unpack them once. */
  static PostgresSettings in(Path folder, int port) {
    return new PostgresSettings(
        folder.resolve("data"),
        folder.resolve("secrets"),
        folder.resolve("postgres.log"),
        sharedPrograms(),
        port,
        MAX_CONNECTIONS);
  }

  private static Path sharedPrograms() {
    try {
      return Checkout.find().root().resolve(".muster/programs");
    } catch (UserMistake noCheckout) {
      return Path.of(System.getProperty("user.home"), ".cache", "muster", "programs");
    }
  }
}
