package io.muster.benchmarks.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.contract.id.DeviceAddress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Registers what a benchmark needs, over the registry's public API as any program would. Safe for
 * use by several threads.
 */
public final class RegistryClient implements AutoCloseable {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);
  private static final int NO_LIMIT_IN_REACH = 10_000_000;
  private static final int AT_ONCE = 4;
  private static final int CREATED = 201;
  private static final int CONFLICT = 409;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final ObjectMapper json = new ObjectMapper();
  private final URI base;
  private final String token;

  /**
   * @param registry such as {@code http://127.0.0.1:8081}
   * @param token of a person with the role {@code admin} for all tenants
   */
  public RegistryClient(URI registry, String token) {
    this.base = registry;
    this.token = token;
  }

  /**
   * Makes a tenant whose devices no message limit slows; leaves one that exists as it is.
   *
   * @throws RegistryException when the registry refuses
   */
  public void createTenant(String tenant) {
    var body = json.createObjectNode().put("id", tenant);
    body.set("limits", json.createObjectNode().put("messagesPerSecond", NO_LIMIT_IN_REACH));
    post("/api/v1/tenants", body, CREATED, CONFLICT);
  }

  /**
   * Registers devices and gives each a new secret; those that exist keep what they have.
   *
   * @param namePrefix of their names, behind which stands a number from 1
   * @throws RegistryException when the registry refuses
   */
  public List<DeviceLogin> registerDevices(String tenant, String namePrefix, int count) {
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      var pending =
          IntStream.rangeClosed(1, count)
              .mapToObj(number -> threads.submit(() -> registerDevice(tenant, namePrefix + number)))
              .toList();
      var logins = new ArrayList<DeviceLogin>();
      try {
        for (var login : pending) {
          logins.add(login.get());
        }
      } finally {
        threads.shutdownNow(); // after a failure the others would only fail as well
      }
      return logins;
    } catch (ExecutionException e) {
      throw new RegistryException(e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryException("interrupted while asking the registry", e);
    }
  }

  private DeviceLogin registerDevice(String tenant, String device) {
    var devices = "/api/v1/tenants/" + tenant + "/devices";
    post(devices, json.createObjectNode().put("id", device), CREATED, CONFLICT);
    var credential =
        post(
            devices + "/" + device + "/credentials",
            json.createObjectNode().put("kind", "secret"),
            CREATED);
    return new DeviceLogin(DeviceAddress.of(tenant, device), credential.get("secret").asText());
  }

  private JsonNode post(String path, ObjectNode body, int... accepted) {
    var request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(ANSWER_WITHIN)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    try {
      var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      for (var status : accepted) {
        if (answer.statusCode() == status) {
          return json.readTree(answer.body());
        }
      }
      // The body is a problem document; it never repeats the request's token.
      throw new RegistryException(
          "the registry answered " + answer.statusCode() + " to " + path + ": " + answer.body());
    } catch (IOException e) {
      throw new RegistryException("the registry at " + base + " is not there: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryException("interrupted while asking the registry", e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
