package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.firmware.HandWired;
import io.muster.rest.problem.EarlyAnswer;
import io.muster.rest.problem.Problems;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is served at which of the two ports. */
class DeviceDoorTest {
  private static final List<String> FOR_DEVICES =
      List.of(
          "/demo/controller/v1/lamp-1",
          "/DEMO/controller/v1/lamp-1/deploymentBase/1/feedback",
          "/demo/controller/v1/lamp-1/softwaremodules/1/artifacts/a.bin.MD5SUM",
          "//demo/controller/v1/lamp-1",
          "/demo/controll%65r/v1/lamp-1");

  private static final List<String> FOR_OTHERS =
      List.of(
          "/",
          "/api/v1/tenants/demo/artifacts",
          "/internal/v1/events",
          "/q/health/ready",
          "/q/metrics",
          "/controller/v1/lamp-1",
          "/demo/controller/v1",
          "/demo/controller/v1/",
          "/demo/controller/v2/lamp-1",
          "/api/demo/controller/v1/lamp-1");

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = vertx.createHttpClient();

  @AfterEach
  void end() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  void thePortForDevicesServesTheirInterfaceAlone() throws Exception {
    var server = serve(door(true, true, "true"));
    for (var path : FOR_DEVICES) {
      assertEquals("200 served", ask(server, path), path);
    }
    for (var path : FOR_OTHERS) {
      var answer = ask(server, path);
      assertTrue(answer.startsWith("404 ") && answer.contains("urn:muster:problem:"), answer);
    }
  }

  @Test
  void theMainPortServesAll() throws Exception {
    var server = serve(door(false, true, "true"));
    for (var path : FOR_DEVICES) {
      assertEquals("200 served", ask(server, path), path);
    }
    for (var path : FOR_OTHERS) {
      assertEquals("200 served", ask(server, path), path);
    }
  }

  @Test
  void theMainPortServesNoDevicesWhereAnInstallationSaysSo() throws Exception {
    var server = serve(door(false, true, "false"));
    for (var path : FOR_DEVICES) {
      assertTrue(ask(server, path).startsWith("404 "), path);
    }
    for (var path : FOR_OTHERS) {
      assertEquals("200 served", ask(server, path), path);
    }
  }

  @Test
  void devicesThatWouldBeServedNowhereEndTheStart() {
    var door = door(false, false, "false");
    var refused = assertThrows(IllegalStateException.class, () -> door.register(new Filters()));
    assertTrue(refused.getMessage().contains("muster.firmware.tls.certificate"));
  }

  private static DeviceDoor door(boolean atDevicePort, boolean isWanted, String atMainPort) {
    var port =
        new DevicePort(null, null, null) {
          @Override
          boolean received(HttpServerRequest request) {
            return atDevicePort;
          }

          @Override
          boolean isWanted() {
            return isWanted;
          }
        };
    var problems = HandWired.bean(Problems.class, new SimpleMeterRegistry());
    return new DeviceDoor(
        port,
        HandWired.config(DdiConfig.class, Map.of("muster.firmware.ddi.at-main-port", atMainPort)),
        HandWired.bean(EarlyAnswer.class, problems, new ObjectMapper()));
  }

  private HttpServer serve(DeviceDoor door) throws Exception {
    var filters = new Filters();
    door.register(filters);
    var router = Router.router(vertx);
    for (var filter : filters.getFilters()) {
      router.route().order(-filter.getPriority()).handler(filter.getHandler());
    }
    router.route().handler(context -> context.end("served"));
    return vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  private String ask(HttpServer server, String path) throws Exception {
    var answer = new CompletableFuture<String>();
    // All of it on one event loop: a body that ends before somebody asks for it never comes.
    vertx.runOnContext(
        now ->
            client
                .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", path)
                .compose(HttpClientRequest::send)
                .compose(
                    response -> response.body().map(body -> response.statusCode() + " " + body))
                .onSuccess(answer::complete)
                .onFailure(answer::completeExceptionally));
    return answer.get(60, TimeUnit.SECONDS);
  }
}
