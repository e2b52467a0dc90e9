package io.muster.localstack.postgres;

import io.muster.localstack.UserMistake;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * How connections to a PostgreSQL server are protected, in the words of its own clients (libpq,
 * "SSL Support").
 *
 * @param mode {@code sslmode}; empty for what each client does by itself
 * @param authority {@code sslrootcert}, a PEM file of who may have signed the server's certificate;
 *     exactly with {@code verify-ca} and {@code verify-full}
 */
record DatabaseTls(Optional<String> mode, Optional<Path> authority) {
  static final DatabaseTls UNSAID = new DatabaseTls(Optional.empty(), Optional.empty());

  private static final String MODE = "sslmode";
  private static final String AUTHORITY = "sslrootcert";
  private static final List<String> UNVERIFIED = List.of("disable", "allow", "prefer", "require");
  private static final List<String> VERIFIED = List.of("verify-ca", "verify-full");

  /**
   * Reads the part of a database URL after the question mark.
   *
   * @param query undecoded; null when there is none
   * @throws UserMistake when it says something else: dropping it might take protection away
   */
  static DatabaseTls parse(String query) {
    var parameters = parameters(query);
    var mode = Optional.ofNullable(parameters.remove(MODE));
    var authority = Optional.ofNullable(parameters.remove(AUTHORITY)).map(Path::of);
    if (!parameters.isEmpty()) {
      throw new UserMistake(
          "A database URL may have the parameters sslmode and sslrootcert; “%s” is unknown here."
              .formatted(parameters.keySet().iterator().next()));
    }
    mode.filter(name -> !UNVERIFIED.contains(name) && !VERIFIED.contains(name))
        .ifPresent(
            name -> {
              throw new UserMistake(
                  "sslmode is one of %s and %s; not “%s”."
                      .formatted(String.join(", ", UNVERIFIED), String.join(", ", VERIFIED), name));
            });
    if (mode.filter(VERIFIED::contains).isPresent() != authority.isPresent()) {
      throw new UserMistake(
          "sslmode=verify-ca and sslmode=verify-full need sslrootcert=FILE, and nothing else has"
              + " it.");
    }
    authority
        .filter(file -> !Files.isReadable(file))
        .ifPresent(
            file -> {
              throw new UserMistake("sslrootcert: " + file + " cannot be read.");
            });
    return new DatabaseTls(mode, authority.map(Path::toAbsolutePath));
  }

  private static Map<String, String> parameters(String query) {
    var parameters = new HashMap<String, String>();
    if (query != null) {
      for (var parameter : query.split("&")) {
        var parts = parameter.split("=", 2);
        parameters.put(decoded(parts[0]), parts.length < 2 ? "" : decoded(parts[1]));
      }
    }
    return parameters;
  }

  /** For the JDBC driver. */
  void addTo(Properties properties) {
    mode.ifPresent(name -> properties.setProperty(MODE, name));
    authority.ifPresent(file -> properties.setProperty(AUTHORITY, file.toString()));
  }

  /** For URLs that every client reads; the reactive one takes {@code sslrootcert} for its own. */
  String query() {
    return mode.map(name -> "?" + MODE + "=" + name).orElse("");
  }

  /**
   * What services need beside the URL.
   *
   * @param url with {@link #query()}
   */
  Map<String, String> environment(String url) {
    var environment = new HashMap<String, String>();
    authority.ifPresent(
        file -> {
          environment.put("MUSTER_DATABASE_CA_FILE", file.toString());
          environment.put(
              "QUARKUS_DATASOURCE_JDBC_URL",
              "jdbc:%s&%s=%s".formatted(url, AUTHORITY, encoded(file.toString())));
          environment.put("QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM", "true");
          environment.put(
              "QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM_CERTS", file.toString());
        });
    mode.ifPresent(
        name -> {
          switch (name) {
            case "verify-full" ->
                environment.put(
                    "QUARKUS_DATASOURCE_REACTIVE_HOSTNAME_VERIFICATION_ALGORITHM", "HTTPS");
            case "verify-ca", "disable" -> {}
            // Encrypted, with whatever certificate: that is what these modes mean.
            default -> environment.put("QUARKUS_DATASOURCE_REACTIVE_TRUST_ALL", "true");
          }
        });
    return environment;
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
