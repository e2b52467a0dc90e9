package io.muster.localstack.postgres;

/**
 * What a service needs to reach its schema.
 *
 * @param url {@code postgresql://host:port/muster}, without user and password
 * @param user the service's role; its {@code search_path} is the schema it owns
 * @param password of that role
 */
public record ServiceDatabase(String url, String user, String password) {
  /** The same for JDBC. */
  public String jdbcUrl() {
    return "jdbc:" + url;
  }

  @Override
  public String toString() {
    return "ServiceDatabase[" + user + " at " + url + "]";
  }
}
