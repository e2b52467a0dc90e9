package io.muster.registry.isolation;

import io.muster.registry.Api;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What the service offers over HTTP, from its own description: a new path is found by itself. */
record Interface(List<Operation> operations) {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * One method of one path.
   *
   * @param path with its parameters in braces
   * @param mediaType of its body; null when it has none
   * @param queries names of its query parameters
   */
  record Operation(String method, String path, String mediaType, List<String> queries) {
    boolean isOfPeople() {
      return path.startsWith("/api/") && !isOfDevices() && !isPublic();
    }

    /** For whoever shows in the request itself who it is. */
    boolean isOfDevices() {
      return path.startsWith("/api/v1/device/") || path.equals("/api/v1/provisioning");
    }

    /** Public keys. */
    boolean isPublic() {
      return path.endsWith("/jwks.json");
    }

    boolean hasTenant() {
      return path.contains("{tenant}");
    }

    boolean writes() {
      return !method.equals("GET");
    }

    List<String> parameters() {
      var names = new ArrayList<String>();
      for (var part : path.split("/")) {
        if (part.startsWith("{")) {
          names.add(part.substring(1, part.length() - 1));
        }
      }
      return names;
    }

    /**
     * The path with values in place of its parameters.
     *
     * @param values of some; others get one that fits all kinds
     */
    String with(Map<String, String> values) {
      var filled = path;
      for (var name : parameters()) {
        filled = filled.replace("{" + name + "}", values.getOrDefault(name, usual(name)));
      }
      return filled;
    }

    private static String usual(String name) {
      return switch (name) {
        case "authority", "credential", "key", "request", "token" ->
            "01234567-89ab-4cde-8f01-23456789abcd";
        default -> "one";
      };
    }

    Response send(Api api, String filled, String body) {
      var request = api.request();
      if (mediaType != null) {
        request.contentType(mediaType).body(body.getBytes(StandardCharsets.UTF_8));
      }
      if (method.equals("PUT")) {
        request.header("If-Match", "*");
      }
      return request.request(method, filled);
    }

    /** The same as it stands, with nothing tidied up; the status. */
    int sendRaw(String token, String filled, String body) {
      var publisher =
          mediaType == null
              ? HttpRequest.BodyPublishers.noBody()
              : HttpRequest.BodyPublishers.ofString(body);
      var request =
          HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + filled))
              .method(method, publisher)
              .header("Authorization", "Bearer " + token)
              .header("If-Match", "*");
      if (mediaType != null) {
        request.header("Content-Type", mediaType);
      }
      try {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
      } catch (IOException e) {
        throw new UncheckedIOException(filled, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  static Interface read() {
    var document = Api.as(null).request().accept("application/json").get("/q/openapi?format=json");
    document.then().statusCode(200);
    Map<String, Map<String, Object>> paths = document.path("paths");
    var operations = new ArrayList<Operation>();
    new TreeMap<>(paths)
        .forEach(
            (path, item) ->
                item.forEach(
                    (method, operation) -> {
                      if (operation instanceof Map<?, ?> described && isMethod(method)) {
                        operations.add(operation(method, path, item, described));
                      }
                    }));
    return new Interface(operations);
  }

  private static boolean isMethod(String name) {
    return List.of("get", "post", "put", "patch", "delete").contains(name);
  }

  private static Operation operation(
      String method, String path, Map<String, Object> item, Map<?, ?> described) {
    var queries = new ArrayList<String>();
    for (var source : List.<Map<?, ?>>of(item, described)) {
      if (source.get("parameters") instanceof List<?> parameters) {
        for (var parameter : parameters) {
          if (parameter instanceof Map<?, ?> it && "query".equals(it.get("in"))) {
            queries.add((String) it.get("name"));
          }
        }
      }
    }
    return new Operation(method.toUpperCase(Locale.ROOT), path, body(described), queries);
  }

  private static String body(Map<?, ?> described) {
    return described.get("requestBody") instanceof Map<?, ?> body
            && body.get("content") instanceof Map<?, ?> content
        ? (String) content.keySet().iterator().next()
        : null;
  }
}
