package io.muster.registry.verification;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * User and password of HTTP Basic authentication (RFC 7617 §2), in UTF-8.
 *
 * @param user may be empty; holds no colon
 * @param password may be empty
 */
public record BasicCredentials(String user, String password) {
  private static final String SCHEME = "Basic ";

  /** Reads the header {@code Authorization}; empty when it is absent or of another form. */
  public static Optional<BasicCredentials> read(String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    try {
      var decoded = Base64.getDecoder().decode(authorization.substring(SCHEME.length()).strip());
      var text = new String(decoded, StandardCharsets.UTF_8);
      var colon = text.indexOf(':');
      return colon < 0
          ? Optional.empty()
          : Optional.of(new BasicCredentials(text.substring(0, colon), text.substring(colon + 1)));
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  /** Never the password. */
  @Override
  public String toString() {
    return "BasicCredentials[" + user + "]";
  }
}
