package io.muster.benchmarks.registry;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;

/** Requests to the registry. Stateless. */
final class Requests {
  private Requests() {}

  static HttpRequest post(URI url, String token, String body) {
    return json(url, token).POST(BodyPublishers.ofString(body)).build();
  }

  static HttpRequest patch(URI url, String token, String body) {
    return json(url, token).method("PATCH", BodyPublishers.ofString(body)).build();
  }

  private static HttpRequest.Builder json(URI url, String token) {
    return HttpRequest.newBuilder(url)
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json");
  }
}
