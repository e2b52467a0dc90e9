package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.firmware.Api;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.OneDevice;
import io.muster.firmware.Pem;
import io.muster.firmware.ServiceTest;
import io.quarkus.vertx.http.runtime.options.TlsCertificateReloader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two ports: one for people and services, over TLS and HTTP here, and one for devices alone. */
@ServiceTest
class DevicePortIT {
  FirmwareStack stack;
  @TempDir Path folder;
  private OneDevice device;

  @BeforeEach
  void makeADevice() {
    device = OneDevice.of(stack);
  }

  @Test
  void aDeviceIsServedAtItsPortAndToldToStayThere() throws Exception {
    var answer = send(anybody(), toDevices(device.path()).header("Authorization", token()));
    assertEquals(200, answer.statusCode());
    assertTrue(answer.body().contains("https://updates.example/"), answer.body());
    assertEquals(401, send(anybody(), toDevices(device.path())).statusCode());
  }

  @Test
  void nothingElseIsThere() throws Exception {
    var paths =
        List.of(
            "/q/metrics",
            "/q/health/ready",
            "/q/openapi",
            "/api/v1/tenants/a/artifacts",
            "/internal/v1/events",
            "//internal/v1/events",
            "/");
    for (var path : paths) {
      var withToken =
          toDevices(path).header("Authorization", "Bearer " + stack.serviceToken("registry"));
      var answer = send(service(), withToken);
      assertEquals(404, answer.statusCode(), path);
      assertTrue(answer.body().contains("urn:muster:problem:not-found"), answer.body());
    }
  }

  @Test
  void aPathThatLeadsElsewhereIsRefused() throws Exception {
    for (var end : List.of("%2e%2e/%2e%2e/%2e%2e/%2e%2e/internal/v1/events", "..;/x", "%5c")) {
      assertEquals(400, send(anybody(), toDevices(device.path() + "/" + end)).statusCode(), end);
    }
  }

  @Test
  void aBodyThatIsTooLongIsRefusedAsAtTheMainPort() throws Exception {
    var feedback =
        toDevices(device.path() + "/deploymentBase/1/feedback")
            .header("Authorization", token())
            .header("Content-Type", "application/json")
            // Else it might still be sending when the connection ends, and hear nothing.
            .expectContinue(true)
            .POST(BodyPublishers.ofByteArray(new byte[70_000]));
    assertEquals(413, send(anybody(), feedback).statusCode());
  }

  @Test
  void atTheMainPortDevicesAreServedAsEverOverTlsToo() throws Exception {
    var answer =
        send(
            anybody(),
            HttpRequest.newBuilder(main(device.path())).header("Authorization", token()));
    assertEquals(200, answer.statusCode());
    assertTrue(answer.body().contains("http://127.0.0.1:8084/"), answer.body());
  }

  @Test
  void peopleAndProbesNeedNoCertificate() throws Exception {
    var ready = send(anybody(), HttpRequest.newBuilder(main("/q/health/ready")));
    assertEquals(200, ready.statusCode());
    var artifacts =
        HttpRequest.newBuilder(main(Api.of(device.tenant()) + "/artifacts"))
            .header("Authorization", "Bearer " + stack.person("viewer", device.tenant()));
    assertEquals(200, send(anybody(), artifacts).statusCode());
  }

  @Test
  void theLogIsForServicesThatShowACertificate() throws Exception {
    assertEquals(200, send(service(), events("/internal/v1/events")).statusCode());
    for (var path :
        List.of("/internal/v1/events", "//internal/v1/events", "/%69nternal/v1/events")) {
      assertEquals(403, send(anybody(), events(path)).statusCode(), path);
    }
    Api.as(stack.serviceToken("registry")).get("/internal/v1/events").then().statusCode(403);
    // Beside the token, not in its place.
    assertEquals(
        401, send(service(), HttpRequest.newBuilder(main("/internal/v1/events"))).statusCode());
  }

  @Test
  void aCertificateOfAnotherAuthorityEndsTheConnection() throws Exception {
    // By the name of the authority that is asked for, else the client would show none.
    var stranger = Pem.selfSigned(folder, "services").shownTo(stack.tls().authorityCertificate());
    assertThrows(
        IOException.class, () -> send(stranger, HttpRequest.newBuilder(main("/q/health/ready"))));
  }

  /** At the main port as often as the chart says, which is now; at the other in each handshake. */
  @Test
  void renewedCertificatesAreServedWithoutARestartAndServicesShowTheirsAsBefore() throws Exception {
    var renewed = stack.another();
    var authority = renewed.authorityCertificate();
    var anybody = Pem.trusting(authority);
    assertThrows(IOException.class, () -> send(anybody, events("/internal/v1/events")));
    stack.show(renewed);
    TlsCertificateReloader.reload().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertEquals(401, send(anybody, toDevices(device.path())).statusCode());
    assertEquals(403, send(anybody, events("/internal/v1/events")).statusCode());
    var service = stack.ownCertificate().shownTo(authority);
    assertEquals(200, send(service, events("/internal/v1/events")).statusCode());
    var stranger = Pem.selfSigned(folder, "services").shownTo(authority);
    assertThrows(IOException.class, () -> send(stranger, events("/internal/v1/events")));
  }

  private HttpRequest.Builder events(String path) {
    return HttpRequest.newBuilder(main(path))
        .header("Authorization", "Bearer " + stack.serviceToken("registry"));
  }

  private String token() {
    return "TargetToken " + device.token();
  }

  private HttpRequest.Builder toDevices(String path) {
    return HttpRequest.newBuilder(stack.devices(path));
  }

  private URI main(String path) {
    return stack.secure(path);
  }

  private SSLContext anybody() throws IOException {
    return Pem.trusting(stack.tls().authorityCertificate());
  }

  private SSLContext service() throws IOException {
    return stack.ownCertificate().shownTo(stack.tls().authorityCertificate());
  }

  private static HttpResponse<String> send(SSLContext tls, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    try (var client = HttpClient.newBuilder().sslContext(tls).build()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
