package io.muster.issuer.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/** A service's REST interface, as far as the check uses it. */
final class Rest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int CONFLICT = 409;
  private static final int NO_SUCCESS = 300;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String base;
  private final String token;
  private final HttpClient http;

  Rest(String base, String token, SSLContext tls) {
    this.base = base;
    this.token = token;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(tls)
            .connectTimeout(TIMEOUT)
            .build();
  }

  JsonNode get(String path) throws IOException {
    return done(send(request(path).GET()), path);
  }

  JsonNode post(String path, String body) throws IOException {
    return done(send(posting(path, body)), path);
  }

  /** As {@link #post}; what is there already is as good. */
  void ensure(String path, String body) throws IOException {
    var answer = send(posting(path, body));
    if (answer.statusCode() != CONFLICT) {
      done(answer, path);
    }
  }

  void delete(String path) throws IOException {
    done(send(request(path).DELETE()), path);
  }

  private HttpRequest.Builder posting(String path, String body) {
    return request(path)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private JsonNode done(HttpResponse<String> answer, String path) throws IOException {
    if (answer.statusCode() >= NO_SUCCESS) {
      throw new IOException("%s%s answered %d".formatted(base, path, answer.statusCode()));
    }
    return answer.body().isBlank()
        ? JsonNodeFactory.instance.objectNode()
        : JSON.readTree(answer.body());
  }
}
