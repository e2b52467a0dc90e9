package io.muster.rest.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service shows to a server that asks, and what such a server lets through. */
class OwnCertificateTest {
  private static final String CERTIFICATE = "muster.services.certificate";
  private static final String KEY = "muster.services.key";

  private final Vertx vertx = Vertx.vertx();
  private HttpServer server;

  @TempDir Path folder;

  @BeforeEach
  void serve() throws Exception {
    for (var name : new String[] {"server", "first", "stranger"}) {
      Certificates.make(folder, name);
    }
    var options =
        new HttpServerOptions()
            .setSsl(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addCertPath(folder.resolve("server.crt").toString())
                    .addKeyPath(folder.resolve("server.key").toString()))
            .setClientAuth(ClientAuth.REQUEST)
            .setTrustOptions(
                new PemTrustOptions().addCertPath(folder.resolve("first.crt").toString()));
    var router = Router.router(vertx);
    router.route().handler(OwnCertificateTest::answer);
    server =
        vertx
            .createHttpServer(options)
            .requestHandler(router)
            .listen(0, "localhost")
            .toCompletionStage()
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
  }

  /** Who it is, and 403 where the door would say so. */
  private static void answer(RoutingContext context) {
    var status = ServicesDoor.refuses(context) ? 403 : 200;
    context.response().setStatusCode(status).end(subject(context.request()));
  }

  private static String subject(HttpServerRequest request) {
    try {
      var shown = (X509Certificate) request.sslSession().getPeerCertificates()[0];
      return shown.getSubjectX500Principal().getName();
    } catch (javax.net.ssl.SSLPeerUnverifiedException none) {
      return "nobody";
    }
  }

  @AfterEach
  void end() {
    System.clearProperty(CERTIFICATE);
    System.clearProperty(KEY);
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private void own(String name) {
    System.setProperty(CERTIFICATE, folder.resolve(name + ".crt").toString());
    System.setProperty(KEY, folder.resolve(name + ".key").toString());
  }

  private HttpClient client() {
    var options =
        new HttpClientOptions()
            .setSsl(true)
            .setTrustOptions(
                new PemTrustOptions().addCertPath(folder.resolve("server.crt").toString()));
    OwnCertificate.show(options);
    return vertx.createHttpClient(options);
  }

  private String ask(HttpClient client, String path) throws Exception {
    var answer = new CompletableFuture<String>();
    // All of it on one event loop: a body that ends before somebody asks for it never comes.
    vertx.runOnContext(
        now ->
            client
                .request(HttpMethod.GET, server.actualPort(), "localhost", path)
                .compose(HttpClientRequest::send)
                .compose(OwnCertificateTest::whole)
                .onSuccess(answer::complete)
                .onFailure(answer::completeExceptionally));
    return answer.get(60, TimeUnit.SECONDS);
  }

  private static io.vertx.core.Future<String> whole(HttpClientResponse response) {
    return response.body().map(body -> response.statusCode() + " " + body);
  }

  @Test
  void aServiceShowsItsCertificateAndIsLetIn() throws Exception {
    own("first");
    assertEquals("200 CN=first", ask(client(), "/internal/v1/events"));
  }

  @Test
  void withoutACertificateTheInternalInterfaceIsClosedAndTheRestIsNot() throws Exception {
    var client = client();
    assertEquals("403 nobody", ask(client, "/internal/v1/events"));
    assertEquals("403 nobody", ask(client, "/internal"));
    assertEquals("200 nobody", ask(client, "/q/health/ready"));
    assertEquals("200 nobody", ask(client, "/api/v1/tenants"));
    assertEquals("200 nobody", ask(client, "/internals"));
  }

  @Test
  void anotherSpellingOfThePathOpensNothing() throws Exception {
    var client = client();
    for (var path : List.of("//internal/v1/events", "/%69nternal/v1/events", "/internal//v1")) {
      assertEquals("403 nobody", ask(client, path), path);
    }
  }

  @Test
  void aCertificateOfAnotherAuthorityEndsTheConnection() {
    own("stranger");
    var client = client();
    assertThrows(Exception.class, () -> ask(client, "/q/health/ready"));
  }

  @Test
  void nothingIsShownWithoutOne() {
    var options = new HttpClientOptions();
    OwnCertificate.show(options);
    assertNull(options.getKeyCertOptions());
  }

  @Test
  void aCertificateWithoutItsKeyIsAMistake() {
    System.setProperty(CERTIFICATE, folder.resolve("first.crt").toString());
    assertThrows(
        IllegalArgumentException.class, () -> OwnCertificate.show(new HttpClientOptions()));
  }

  @Test
  void aFileThatHoldsSomethingElseIsAMistakeAtTheStart() throws Exception {
    own("first");
    Files.writeString(folder.resolve("first.key"), "none");
    assertThrows(
        IllegalArgumentException.class, () -> OwnCertificate.show(new HttpClientOptions()));
  }
}
