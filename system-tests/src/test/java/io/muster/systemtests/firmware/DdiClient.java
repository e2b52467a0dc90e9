package io.muster.systemtests.firmware;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.DeviceAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * A device at hawkBit's API.
 *
 * @param base {@code …/{tenant}/controller/v1/{controllerId}}
 * @param authorization the header, or null for a device that shows its certificate
 */
record DdiClient(HttpClient http, String base, String authorization) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static DdiClient of(String service, DeviceAddress device, String token) {
    return new DdiClient(
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
        base(service, device),
        "TargetToken " + token);
  }

  static String base(String service, DeviceAddress device) {
    return service + "/" + device.tenant() + "/controller/v1/" + device.device();
  }

  int status() throws IOException, InterruptedException {
    return http.send(request(base).build(), HttpResponse.BodyHandlers.ofString()).statusCode();
  }

  /** The resource that the root names. */
  JsonNode follow(String link) throws IOException, InterruptedException {
    var href = json(base).path("_links").path(link).path("href").asText();
    if (href.isEmpty()) {
      throw new AssertionError("no link " + link);
    }
    return json(href);
  }

  JsonNode json(String url) throws IOException, InterruptedException {
    var answer =
        http.send(
            request(url).header("Accept", "application/json").build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new AssertionError(url + ": " + answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  /** Where the only artifact of an update is. */
  static String download(JsonNode deployment) {
    return deployment.at("/deployment/chunks/0/artifacts/0/_links/download-http/href").asText();
  }

  /** An artifact from a byte on. */
  HttpResponse<InputStream> fetch(String url, long from) throws IOException, InterruptedException {
    var request = request(url);
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  /** Gives the status. */
  int feedback(String resource, long action, String execution, String finished)
      throws IOException, InterruptedException {
    var body =
        """
        {"id":"%d","status":{"execution":"%s","result":{"finished":"%s"},"details":["said"]}}\
        """
            .formatted(action, execution, finished);
    var request =
        request(base + "/" + resource + "/" + action + "/feedback")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
  }

  private HttpRequest.Builder request(String url) {
    var request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE);
    return authorization == null ? request : request.header("Authorization", authorization);
  }
}
