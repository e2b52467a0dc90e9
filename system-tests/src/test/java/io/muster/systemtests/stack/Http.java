package io.muster.systemtests.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** REST as any program calls it. Safe for several threads. */
public final class Http {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(30))
          .build();

  /** What came back. */
  public record Answer(int status, String body) {
    /** The body as JSON. */
    public JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException notJson) {
        throw new AssertionError(status + " without JSON: " + body, notJson);
      }
    }

    /** This answer, when its status is that one. */
    public Answer expect(int wanted) {
      if (status != wanted) {
        throw new AssertionError("expected status " + wanted + ", got " + status + ": " + body);
      }
      return this;
    }
  }

  /**
   * @param token bearer token, or null for none
   * @param accept media type, or null
   */
  public Answer get(String url, String token, String accept) {
    var request = request(url, token).GET();
    if (accept != null) {
      request.header("Accept", accept);
    }
    return send(request);
  }

  public Answer get(String url, String token) {
    return get(url, token, null);
  }

  /** With a JSON body. */
  public Answer send(String method, String url, String token, String json) {
    var body =
        json == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(json);
    return send(
        request(url, token).header("Content-Type", "application/json").method(method, body));
  }

  public Answer post(String url, String token, String json) {
    return send("POST", url, token, json);
  }

  /**
   * With headers of its own.
   *
   * @param headers {@code Content-Type} among them
   */
  public Answer send(
      String method, String url, String token, Map<String, String> headers, String body) {
    var request = request(url, token).method(method, HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return send(request);
  }

  /** The client itself, for streams. */
  public HttpClient client() {
    return client;
  }

  private static HttpRequest.Builder request(String url, String token) {
    var request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return request;
  }

  private Answer send(HttpRequest.Builder request) {
    try {
      var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
