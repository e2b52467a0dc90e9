package io.muster.localstack.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.localstack.UserMistake;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/** The registry's REST API as far as the local commands use it. Safe for use by several threads. */
public final class RegistryClient {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

  /** For a registry whose database restarts, or on a machine with too much to do. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** The last part of a problem's type. */
  private static final String DELETED = "tenant-deleted";

  private static final int CREATED = 201;
  private static final int CONFLICT = 409;
  private static final int AWAY = 503;
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String base;
  private final Supplier<String> token;
  private final Duration answerWithin;
  private final HttpClient client;

  /**
   * @param base {@code http://host:port}
   * @param token read for each request, since it is renewed
   */
  public RegistryClient(String base, Supplier<String> token) {
    this(base, token, ANSWER_WITHIN);
  }

  RegistryClient(String base, Supplier<String> token, Duration answerWithin) {
    this.base = base;
    this.token = token;
    this.answerWithin = answerWithin;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(answerWithin)
            .build();
  }

  /**
   * Makes the tenant unless it exists.
   *
   * @return false when there was one that was deleted: then there is none, and none will be
   * @throws UserMistake when the registry cannot be reached or refuses
   */
  public boolean ensureTenant(TenantId tenant) {
    var problem = post("/api/v1/tenants", id(tenant.value()), Set.of(CREATED, CONFLICT));
    return !problem.path("type").asText().endsWith(DELETED);
  }

  /**
   * Makes the device unless it exists.
   *
   * @throws UserMistake when the registry cannot be reached or refuses
   */
  public void ensureDevice(DeviceAddress device) {
    post(
        "/api/v1/tenants/" + device.tenant() + "/devices",
        id(device.device().value()),
        Set.of(CREATED, CONFLICT));
  }

  /**
   * A new secret for the device; earlier ones stay valid.
   *
   * @throws UserMistake when the registry cannot be reached or refuses
   */
  public String createSecret(DeviceAddress device) {
    var path =
        "/api/v1/tenants/" + device.tenant() + "/devices/" + device.device() + "/credentials";
    var body = JsonNodeFactory.instance.objectNode().put("kind", "secret");
    return post(path, body, Set.of(CREATED)).path("secret").asText();
  }

  private static JsonNode id(String value) {
    return JsonNodeFactory.instance.objectNode().put("id", value);
  }

  private JsonNode post(String path, JsonNode body, Set<Integer> accepted) {
    var answer = answer(path, body);
    if (!accepted.contains(answer.statusCode())) {
      throw refused(path, answer);
    }
    return answer.body().isBlank() ? JsonNodeFactory.instance.objectNode() : read(answer.body());
  }

  /**
   * Asks again while the registry asks for patience or takes too long: all that is asked bears it.
   */
  private HttpResponse<String> answer(String path, JsonNode body) {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var last = System.nanoTime() >= end;
      try {
        var answer = send(path, body);
        if (answer.statusCode() != AWAY || last) {
          return answer;
        }
      } catch (HttpTimeoutException slow) {
        if (last) {
          throw away(slow);
        }
      } catch (IOException e) {
        throw away(e);
      }
      pause();
    }
  }

  private HttpResponse<String> send(String path, JsonNode body) throws IOException {
    var request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(answerWithin)
            .header("Authorization", "Bearer " + token.get())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserMistake("Interrupted.", e);
    }
  }

  private UserMistake away(IOException e) {
    return new UserMistake(
        "The device registry does not answer at " + base + ". Is the stack up? (./muster status)",
        e);
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserMistake("Interrupted.", e);
    }
  }

  private static UserMistake refused(String path, HttpResponse<String> answer) {
    var problem = read(answer.body());
    var why = problem.path("detail").asText(problem.path("title").asText(""));
    var said = why.isEmpty() ? "." : why.endsWith(".") ? ": " + why : ": " + why + ".";
    return new UserMistake(
        "The device registry answered POST %s with %d%s"
            .formatted(path, answer.statusCode(), said));
  }

  private static JsonNode read(String body) {
    try {
      return JSON.readTree(body);
    } catch (IOException notJson) {
      return JsonNodeFactory.instance.objectNode();
    }
  }
}
