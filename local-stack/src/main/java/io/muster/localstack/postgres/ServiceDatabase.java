package io.muster.localstack.postgres;

import java.util.Map;

/**
 * What a service needs to reach its schema.
 *
 * @param url {@code postgresql://host:port/muster?sslmode=…}, without user and password
 * @param user the service's role; its {@code search_path} is the schema it owns
 * @param password of that role
 * @param environment what a service needs beside these, for TLS
 */
public record ServiceDatabase(
    String url, String user, String password, Map<String, String> environment) {
  public ServiceDatabase {
    environment = Map.copyOf(environment);
  }

  /** The same for JDBC. */
  public String jdbcUrl() {
    return "jdbc:" + url;
  }

  @Override
  public String toString() {
    return "ServiceDatabase[" + user + " at " + url + "]";
  }
}
