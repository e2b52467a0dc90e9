package io.muster.localstack.postgres;

import io.muster.localstack.UserMistake;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * A PostgreSQL server and a user of it.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param database to connect to first
 * @param user who may create databases and roles
 * @param password of that user; empty when the server wants none
 * @param tls how connections are protected
 */
public record DatabaseAddress(
    String host, int port, String database, String user, String password, DatabaseTls tls) {
  private static final int DEFAULT_PORT = 5432;
  private static final String FORM = "postgresql://user:password@host:5432/postgres";

  /** Without a word on how connections are protected. */
  DatabaseAddress(String host, int port, String database, String user, String password) {
    this(host, port, database, user, password, DatabaseTls.UNSAID);
  }

  /**
   * Reads {@code postgresql://user:password@host:port/database?sslmode=…&sslrootcert=…}.
   *
   * @throws UserMistake when it has another form
   */
  public static DatabaseAddress parse(String url) {
    try {
      var uri = new URI(url);
      var scheme = String.valueOf(uri.getScheme());
      if (!(scheme.equals("postgresql") || scheme.equals("postgres"))
          || uri.getHost() == null
          || uri.getRawUserInfo() == null
          || uri.getRawFragment() != null) {
        throw new UserMistake("A database URL looks like " + FORM + ".");
      }
      var userInfo = uri.getRawUserInfo().split(":", 2);
      var path = uri.getPath() == null ? "" : uri.getPath().replaceFirst("^/", "");
      return new DatabaseAddress(
          uri.getHost(),
          uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
          path.isEmpty() ? "postgres" : path,
          decoded(userInfo[0]),
          userInfo.length < 2 ? "" : decoded(userInfo[1]),
          DatabaseTls.parse(uri.getRawQuery()));
    } catch (URISyntaxException e) {
      throw new UserMistake("A database URL looks like " + FORM + ".", e);
    }
  }

  /** The server's URL with another database, without user and password. */
  String url(String otherDatabase) {
    return "postgresql://" + host + ":" + port + "/" + otherDatabase + tls.query();
  }

  Properties properties() {
    var properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    tls.addTo(properties);
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", "30");
    return properties;
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "DatabaseAddress[" + user + " at " + url(database) + "]";
  }
}
