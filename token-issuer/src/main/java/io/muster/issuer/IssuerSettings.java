package io.muster.issuer;

import io.muster.contract.id.ServiceName;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the issuer makes, read from a properties file. Each value is the name of a Secret, in the
 * namespace given, unless said otherwise.
 *
 * @param namespace {@code namespace}: where it runs
 * @param instance {@code instance}: the release, a label of all Secrets
 * @param address {@code address}: under which it is reached; its issuers are {@code
 *     {address}/people} and {@code {address}/services}
 * @param port {@code port} to listen on; 0 draws one
 * @param keys {@code keys}: the signing keys, and the authority's
 * @param administrator {@code administrator}: a token of somebody who may do everything; absent
 *     where people have an issuer of their own
 * @param tokens {@code token.{service}}: that service's token
 * @param authority {@code authority}: the certificate of who signs certificates
 * @param certificates {@code certificate.{Secret}}: the names in it, separated by commas
 * @param passwords {@code passwords.{Secret}}: the names of random passwords, separated by commas
 */
record IssuerSettings(
    String namespace,
    String instance,
    URI address,
    int port,
    String keys,
    Optional<String> administrator,
    Map<ServiceName, String> tokens,
    Optional<String> authority,
    Map<String, List<String>> certificates,
    Map<String, List<String>> passwords) {
  private static final Set<String> SINGLE =
      Set.of("namespace", "instance", "address", "port", "keys", "administrator", "authority");

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException when one is missing, unknown, or cannot be used
   */
  static IssuerSettings of(Properties properties) {
    var tokens = new LinkedHashMap<ServiceName, String>();
    var certificates = new LinkedHashMap<String, List<String>>();
    var passwords = new LinkedHashMap<String, List<String>>();
    for (var name : new TreeSet<>(properties.stringPropertyNames())) {
      var value = properties.getProperty(name);
      var dot = name.indexOf('.');
      var kind = dot < 0 ? name : name.substring(0, dot);
      var of = name.substring(dot + 1);
      switch (kind) {
        case "token" -> tokens.put(new ServiceName(of), value);
        case "certificate" -> certificates.put(of, list(name, value));
        case "passwords" -> passwords.put(of, list(name, value));
        default -> {
          if (!SINGLE.contains(name)) {
            throw new IllegalArgumentException("'%s' is no setting".formatted(name));
          }
        }
      }
    }
    return new IssuerSettings(
        required(properties, "namespace"),
        required(properties, "instance"),
        URI.create(required(properties, "address")),
        Integer.parseInt(required(properties, "port")),
        required(properties, "keys"),
        Optional.ofNullable(properties.getProperty("administrator")),
        Map.copyOf(tokens),
        Optional.ofNullable(properties.getProperty("authority")),
        Map.copyOf(certificates),
        Map.copyOf(passwords));
  }

  String peopleIssuer() {
    return address + "/people";
  }

  String serviceIssuer() {
    return address + "/services";
  }

  private static String required(Properties properties, String name) {
    var value = properties.getProperty(name);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("'%s' is missing".formatted(name));
    }
    return value;
  }

  private static List<String> list(String name, String value) {
    var items = List.of(value.split(","));
    if (items.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException("'%s' names nothing".formatted(name));
    }
    return items;
  }
}
