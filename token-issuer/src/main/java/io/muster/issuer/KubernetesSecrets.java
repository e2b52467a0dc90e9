package io.muster.issuer;

import io.muster.issuer.tls.Trust;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;

/**
 * Secrets of one namespace, by the Kubernetes API ({@code v1}). Values are texts. Neither they nor
 * the answers of the API are in messages of exceptions. Safe for use by several threads.
 */
final class KubernetesSecrets {
  private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final URI secrets;
  private final Path token;
  private final HttpClient http;
  private final String instance;

  /**
   * @param api {@code https://host:port}
   * @param token file with the service account's token, which is renewed
   */
  KubernetesSecrets(URI api, Path token, SSLContext tls, String namespace, String instance) {
    this.secrets = api.resolve("/api/v1/namespaces/" + namespace + "/secrets/");
    this.token = token;
    this.instance = instance;
    this.http = HttpClient.newBuilder().sslContext(tls).connectTimeout(TIMEOUT).build();
  }

  /**
   * With what Kubernetes gives every pod that has a service account's token.
   *
   * @throws IOException when it is not there
   */
  static KubernetesSecrets ofThisPod(String namespace, String instance) throws IOException {
    var host = System.getenv("KUBERNETES_SERVICE_HOST");
    var port = System.getenv("KUBERNETES_SERVICE_PORT");
    if (host == null || port == null) {
      throw new IOException("this is no pod of Kubernetes: KUBERNETES_SERVICE_HOST is not set");
    }
    var name = host.contains(":") ? "[" + host + "]" : host;
    return new KubernetesSecrets(
        URI.create("https://" + name + ":" + port),
        ACCOUNT.resolve("token"),
        Trust.of(ACCOUNT.resolve("ca.crt").toString()),
        namespace,
        instance);
  }

  /**
   * A Secret's values.
   *
   * @throws IOException when the API cannot be reached or refuses
   */
  Optional<Map<String, String>> read(String name) throws IOException {
    var answer = send(request(name).GET());
    if (answer.statusCode() == NOT_FOUND) {
      return Optional.empty();
    }
    expect(OK, answer, "reading", name);
    try {
      var values = new TreeMap<String, String>();
      if (JsonUtil.parseJson(answer.body()).get("data") instanceof Map<?, ?> data) {
        data.forEach((key, value) -> values.put((String) key, decoded((String) value)));
      }
      return Optional.of(values);
    } catch (JoseException | RuntimeException unreadable) {
      throw new IOException("reading the Secret " + name + ": an answer that cannot be read");
    }
  }

  /**
   * Makes a Secret.
   *
   * @return false when there is one already; then nothing has changed
   * @throws IOException when the API cannot be reached or refuses
   */
  boolean create(String name, Map<String, String> values) throws IOException {
    var labels =
        Map.of(
            "app.kubernetes.io/part-of", "muster",
            "app.kubernetes.io/instance", instance,
            "app.kubernetes.io/managed-by", "muster-issuer");
    var body = new LinkedHashMap<String, Object>();
    body.put("apiVersion", "v1");
    body.put("kind", "Secret");
    body.put("metadata", Map.of("name", name, "labels", labels));
    body.put("type", "Opaque");
    body.put("data", encoded(values));
    var answer = send(request("").POST(BodyPublishers.ofString(JsonUtil.toJson(body))));
    if (answer.statusCode() == CONFLICT) {
      return false;
    }
    expect(CREATED, answer, "making", name);
    return true;
  }

  /**
   * Sets some values of a Secret, which is made unless it exists.
   *
   * @throws IOException when the API cannot be reached or refuses
   */
  void set(String name, Map<String, String> values) throws IOException {
    var patch = JsonUtil.toJson(Map.of("data", encoded(values)));
    var answer =
        send(
            request(name)
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString(patch)));
    if (answer.statusCode() == NOT_FOUND) {
      if (!create(name, values)) {
        throw new IOException("making the Secret " + name + ": somebody else just did");
      }
      return;
    }
    expect(OK, answer, "changing", name);
  }

  private HttpRequest.Builder request(String name) throws IOException {
    var address = name.isEmpty() ? withoutSlash(secrets) : secrets.resolve(name);
    return HttpRequest.newBuilder(address)
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + Files.readString(token).strip())
        .header("Accept", "application/json");
  }

  private static URI withoutSlash(URI address) {
    var text = address.toString();
    return URI.create(text.substring(0, text.length() - 1));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void expect(int status, HttpResponse<String> answer, String doing, String name)
      throws IOException {
    if (answer.statusCode() != status) {
      throw new IOException(
          "%s the Secret %s: the API answered %d".formatted(doing, name, answer.statusCode()));
    }
  }

  private static Map<String, String> encoded(Map<String, String> values) {
    var encoded = new TreeMap<String, String>();
    values.forEach(
        (key, value) ->
            encoded.put(
                key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    return encoded;
  }

  private static String decoded(String value) {
    return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
  }
}
