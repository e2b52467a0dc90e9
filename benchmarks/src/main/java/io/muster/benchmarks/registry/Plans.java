package io.muster.benchmarks.registry;

import io.muster.benchmarks.rounds.RoundFailedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The plans of the registry's own queries, from PostgreSQL's log: its module {@code auto_explain}
 * writes them there once it is told to. Not thread-safe.
 */
final class Plans {
  private static final Pattern ACCESS =
      Pattern.compile(
          "(?:Bitmap Index Scan on|Index (?:Only )?Scan (?:Backward )?using) (\\w+)"
              + "|Seq Scan on (?:device|presence|shadow|installed_firmware) ([dgpsf])\\b"
              + "|(Incremental Sort|(?<!Incremental )Sort) {2}\\(");
  private static final String BEGIN = "duration: ";
  private static final long WAIT_MILLISECONDS = 2_000;

  private final DeviceRows database;
  private final String role;
  private final Path log;
  private long read;

  /**
   * @param role with which the registry connects
   * @param log of PostgreSQL
   */
  Plans(DeviceRows database, String role, Path log) {
    this.database = database;
    this.role = role;
    this.log = log;
  }

  /** From now on each query of the registry is explained, which slows it a little. */
  void begin() {
    database.execute(
        "ALTER ROLE %s SET session_preload_libraries = 'auto_explain'".formatted(role));
    database.execute("ALTER ROLE %s SET auto_explain.log_min_duration = 0".formatted(role));
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'"
            .formatted(role));
    forget();
  }

  /** What has been asked so far is not looked at. */
  void forget() {
    read = size();
  }

  /** How the search since the last question was served. */
  String lastSearch() throws InterruptedException {
    var until = System.nanoTime() + WAIT_MILLISECONDS * 1_000_000;
    var text = "";
    do {
      text = newText();
      for (var plan : text.split(BEGIN)) {
        if (plan.contains("AS place") && plan.contains("FROM device d")) {
          read = size();
          return access(plan);
        }
      }
      Thread.sleep(20);
    } while (System.nanoTime() < until);
    throw new RoundFailedException("PostgreSQL's log shows no plan of the search");
  }

  /** By which what is known of a device beside it is joined. */
  private static final Set<String> OF_JOINS =
      Set.of("device_pkey", "presence_pkey", "installed_firmware_pkey", "shadow_name_is_unique");

  /** The indexes in a plan, without those by which other tables are joined. */
  static String access(String plan) {
    Set<String> found = new LinkedHashSet<>();
    var match = ACCESS.matcher(plan);
    while (match.find()) {
      var index = match.group(1);
      if (index == null) {
        found.add(withoutIndex(match.group(2)));
      } else if (!OF_JOINS.contains(index) && !index.startsWith("device_type")) {
        found.add(index);
      }
    }
    return found.isEmpty() ? "nothing" : String.join(", ", found);
  }

  /**
   * @param table the name in the query: {@code d} for the devices, {@code g} for their gateways,
   *     {@code p} for presence, {@code s} for shadows, {@code f} for firmware; null for a sort
   */
  private static String withoutIndex(String table) {
    return switch (table) {
      case null -> "a sort";
      case "g" -> "a scan for gateways";
      case "p" -> "a scan of presence";
      case "s" -> "a scan of shadows";
      case "f" -> "a scan of firmware";
      default -> "a scan of all";
    };
  }

  private String newText() {
    try (var file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(read);
      var bytes = new byte[(int) (file.length() - read)];
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new RoundFailedException("PostgreSQL's log cannot be read: " + e.getMessage(), e);
    }
  }

  private long size() {
    return log.toFile().length();
  }
}
