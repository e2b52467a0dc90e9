package io.muster.benchmarks.firmware;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.benchmarks.rounds.RoundFailedException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/** Gives a tenant's devices something to download, over REST. Thread-safe. */
final class FirmwareClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ObjectMapper json = new ObjectMapper();
  private final URI base;
  private final String token;

  /**
   * @param base of the service
   * @param token of a person with the role {@code admin} for the tenant
   */
  FirmwareClient(URI base, String tenant, String token) {
    this.base = base.resolve("/api/v1/tenants/" + tenant + "/");
    this.token = token;
  }

  /** A released distribution of one file, in some version, without signatures; gives its id. */
  String release(Path file, String version) throws InterruptedException, IOException {
    send(
        request("firmware-settings").header("If-Match", "*"),
        "PUT",
        HttpRequest.BodyPublishers.ofString("{\"signatureRequired\":false}"));
    var artifact =
        send(
            HttpRequest.newBuilder(base.resolve("artifacts?filename=image.bin"))
                .header("Content-Type", "application/octet-stream"),
            "POST",
            HttpRequest.BodyPublishers.ofFile(file));
    var module =
        post(
            "software-modules",
            "{\"name\":\"base\",\"version\":\"%s\",\"type\":\"firmware\",\"artifacts\":[%s]}"
                .formatted(version, artifact.get("id")));
    var distribution =
        post(
            "distributions",
            "{\"name\":\"base\",\"version\":\"%s\",\"modules\":[%s]}"
                .formatted(version, module.get("id")));
    var id = distribution.get("id").asText();
    post("distributions/" + id + "/release", "");
    return id;
  }

  void assign(String device, String distribution) throws InterruptedException {
    post(
        "devices/" + device + "/firmware-actions",
        "{\"distribution\":\"%s\"}".formatted(distribution));
  }

  /** Gives a distribution to all devices that fit a filter, as fast as it goes; gives its id. */
  String rollOut(String distribution, String filter) throws InterruptedException {
    return post(
            "rollouts",
            "{\"name\":\"benchmark\",\"distribution\":\"%s\",\"targets\":{\"filter\":\"%s\"}}"
                .formatted(distribution, filter))
        .get("id")
        .asText();
  }

  /** A rollout and how many of its devices are where. */
  JsonNode rollout(String id) throws InterruptedException {
    return send(request("rollouts/" + id), "GET", HttpRequest.BodyPublishers.noBody());
  }

  String targetToken(String device) throws InterruptedException {
    return post("devices/" + device + "/target-tokens", "{}").get("token").asText();
  }

  private JsonNode post(String path, String body) throws InterruptedException {
    return send(request(path), "POST", HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path)).header("Content-Type", "application/json");
  }

  private JsonNode send(HttpRequest.Builder request, String method, HttpRequest.BodyPublisher body)
      throws InterruptedException {
    var whole =
        request
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .method(method, body)
            .build();
    try {
      var answer = http.send(whole, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw new RoundFailedException(
            whole.uri() + " was answered " + answer.statusCode() + ": " + answer.body());
      }
      return json.readTree(answer.body());
    } catch (IOException e) {
      throw new RoundFailedException(whole.uri() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
