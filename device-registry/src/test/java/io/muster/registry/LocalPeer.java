package io.muster.registry;

import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** Somebody who connects from one of this machine's addresses, and may say for whom it asks. */
public final class LocalPeer implements AutoCloseable {
  /** A proxy that the service trusts, as {@link RegistryStack} says. */
  public static final String TRUSTED = "127.0.0.2";

  private final HttpClient client;

  public LocalPeer(String address) {
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .localAddress(InetAddress.ofLiteral(address))
            .build();
  }

  /**
   * Sends JSON.
   *
   * @return the status
   */
  public int send(
      String method, String path, String authorization, String forwardedFor, String body) {
    var uri = URI.create("http://127.0.0.1:" + RestAssured.port + path);
    var request =
        HttpRequest.newBuilder(uri)
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .header("X-Forwarded-For", forwardedFor)
            // What the proxy hands on without having written it.
            .header("Forwarded", "for=192.0.2.66")
            .method(method, BodyPublishers.ofString(body))
            .build();
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
