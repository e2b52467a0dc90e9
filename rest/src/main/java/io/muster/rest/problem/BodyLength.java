package io.muster.rest.problem;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.OptionalLong;
import java.util.Set;

/** How long a request says that its body is. Stateless. */
final class BodyLength {
  /** Of these no body is read. */
  private static final Set<HttpMethod> BODILESS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private BodyLength() {}

  /** In bytes; empty when it says nothing that can be read. */
  static OptionalLong announced(HttpServerRequest request) {
    var header = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return header == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(header));
    } catch (NumberFormatException unreadable) {
      return OptionalLong.empty();
    }
  }

  /**
   * Whether it may have a body of any length: a request of HTTP/1 has none when it says neither
   * (RFC 9112 §6.3).
   */
  static boolean isOpen(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_2
        ? !BODILESS.contains(request.method())
            && request.getHeader(HttpHeaders.CONTENT_LENGTH) == null
        : request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }
}
