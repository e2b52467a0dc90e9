package io.muster.benchmarks.firmware;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.benchmarks.rounds.RoundFailedException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A device at hawkBit's API that looks where its update is. */
final class DeviceApi implements AutoCloseable {
  private static final int OK = 200;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI deployment;
  private final String token;

  DeviceApi(URI service, String tenant, String device, String token) {
    this.deployment =
        service.resolve("/" + tenant + "/controller/v1/" + device + "/deploymentBase/1");
    this.token = token;
  }

  /** The URL of the first artifact. */
  String download() throws InterruptedException, IOException {
    var request =
        HttpRequest.newBuilder(deployment)
            .header("Authorization", "TargetToken " + token)
            .header("Accept", "application/json")
            .build();
    var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != OK) {
      throw new RoundFailedException(deployment + " was answered " + answer.statusCode());
    }
    return new ObjectMapper()
        .readTree(answer.body())
        .at("/deployment/chunks/0/artifacts/0/_links/download-http/href")
        .asText();
  }

  @Override
  public void close() {
    http.close();
  }
}
