package io.muster.issuer.check;

import io.muster.issuer.tls.Trust;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What {@code helm test} runs: registers a device, sends a reading as that device over TLS, reads
 * it back, and deletes the device. Settings come from the environment:
 *
 * <ul>
 *   <li>{@code MUSTER_CHECK_REGISTRY}, {@code MUSTER_CHECK_INGEST}: addresses of the services
 *   <li>{@code MUSTER_CHECK_ENDPOINT}: {@code host:port} of the device endpoint, MQTT over TLS
 *   <li>{@code MUSTER_CHECK_ENDPOINT_NAME}: the name in its certificate, when it is another
 *   <li>{@code MUSTER_CHECK_TOKEN_FILE}: an administrator's token
 *   <li>{@code MUSTER_CHECK_CA_FILE}, {@code MUSTER_CHECK_ENDPOINT_CA_FILE}: who is believed, of
 *       the services and of the endpoint; what the JDK believes without
 * </ul>
 */
public final class ReadingCheck {
  private static final String TENANT = "helm-test";
  private static final double TEMPERATURE = 21.5;
  private static final int TRIES = 30;
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  private final Rest registry;
  private final Rest ingest;
  private final MqttSession.Endpoint endpoint;
  private final PrintStream out;

  private ReadingCheck(Rest registry, Rest ingest, MqttSession.Endpoint endpoint, PrintStream out) {
    this.registry = registry;
    this.ingest = ingest;
    this.endpoint = endpoint;
    this.out = out;
  }

  /**
   * Runs it.
   *
   * @return 0 when the reading came back, 1 when not; then {@code out} says why
   */
  public static int run(Map<String, String> environment, PrintStream out) {
    try {
      var token = Files.readString(Path.of(required(environment, "TOKEN_FILE"))).strip();
      var tls = Trust.of(environment.get("MUSTER_CHECK_CA_FILE"));
      var check =
          new ReadingCheck(
              new Rest(required(environment, "REGISTRY"), token, tls),
              new Rest(required(environment, "INGEST"), token, tls),
              MqttSession.Endpoint.of(
                  required(environment, "ENDPOINT"),
                  environment.get("MUSTER_CHECK_ENDPOINT_NAME"),
                  Trust.of(environment.get("MUSTER_CHECK_ENDPOINT_CA_FILE"))),
              out);
      check.sendAndReadBack();
      return 0;
    } catch (IOException | IllegalArgumentException e) {
      out.println("Failed: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      out.println("Failed: interrupted");
      return 1;
    }
  }

  private void sendAndReadBack() throws IOException, InterruptedException {
    var device = "check-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    var path = "/api/v1/tenants/" + TENANT + "/devices";
    registry.ensure("/api/v1/tenants", "{\"id\":\"%s\"}".formatted(TENANT));
    registry.post(path, "{\"id\":\"%s\"}".formatted(device));
    try {
      var secret =
          registry
              .post(path + "/" + device + "/credentials", "{\"kind\":\"secret\"}")
              .path("secret")
              .asText();
      out.printf("Device %s/%s is registered.%n", TENANT, device);
      send(device, secret);
      out.println("Its reading is acknowledged.");
      await(path + "/" + device + "/telemetry/latest");
      out.println("Its reading is read back.");
    } finally {
      registry.delete(path + "/" + device);
    }
  }

  private void send(String device, String secret) throws IOException {
    try (var session = MqttSession.open(endpoint)) {
      session.connect(TENANT + ":" + device, device + "@" + TENANT, secret);
      session.publish(
          "telemetry/" + TENANT + "/" + device, "{\"temperature\":%s}".formatted(TEMPERATURE));
    }
  }

  private void await(String path) throws IOException, InterruptedException {
    for (var attempt = 0; attempt < TRIES; attempt++) {
      var value = ingest.get(path).path("values").path("temperature").path("value");
      if (value.asDouble() == TEMPERATURE) {
        return;
      }
      Thread.sleep(BETWEEN);
    }
    throw new IOException("the reading that was acknowledged did not come back within 30 s");
  }

  private static String required(Map<String, String> environment, String name) {
    var value = environment.get("MUSTER_CHECK_" + name);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("MUSTER_CHECK_" + name + " is not set");
    }
    return value;
  }
}
