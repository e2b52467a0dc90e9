package io.muster.rest.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.rest.requests.ForwardedHeader;
import io.muster.rest.requests.RequestsConfig;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpUtils;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestRoomTest {
  private static final String DOWNLOAD = "/acme/controller/v1/lamp/artifacts/00ff";
  private static final String POLL = "/acme/controller/v1/lamp";

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @Test
  void slowDownloadsKeepOutNobodyElse() {
    var handler = handler(Optional.of(".*/artifacts/[^/]+"));
    var downloads = List.of(new Asked(DOWNLOAD), new Asked(DOWNLOAD), new Asked(DOWNLOAD));
    downloads.forEach(it -> handler.handle(it.context()));
    assertEquals(List.of("in", "in", "503"), downloads.stream().map(Asked::outcome).toList());
    assertEquals(2, meters.get("muster.requests.open.downloads").gauge().value());
    assertEquals(0, meters.get("muster.requests.open").gauge().value());
    assertEquals(1, refused("downloads"));
    assertEquals("2", downloads.getLast().headers.get("Retry-After"));
    var poll = new Asked(POLL);
    handler.handle(poll.context());
    assertEquals("in", poll.outcome());
    // And whoever polls keeps out no download.
    var crowd = new Asked(POLL);
    handler.handle(crowd.context());
    assertEquals("503", crowd.outcome());
    assertEquals(1, refused("requests"));
    downloads.getFirst().end();
    var next = new Asked(DOWNLOAD);
    handler.handle(next.context());
    assertEquals("in", next.outcome());
  }

  @Test
  void aDownloadInAnotherSpellingIsOne() {
    var handler = handler(Optional.of(".*/artifacts/[^/]+"));
    var spelled = new Asked(DOWNLOAD.replace("artifacts", "artifact%73"));
    handler.handle(spelled.context());
    assertEquals("in", spelled.outcome());
    assertEquals(1, meters.get("muster.requests.open.downloads").gauge().value());
    assertEquals(0, meters.get("muster.requests.open").gauge().value());
  }

  @Test
  void aServiceThatGivesNoneHasNoMeterOfThem() {
    var handler = handler(Optional.empty());
    var both = List.of(new Asked(DOWNLOAD), new Asked(POLL));
    both.forEach(it -> handler.handle(it.context()));
    assertEquals(List.of("in", "503"), both.stream().map(Asked::outcome).toList());
    assertTrue(meters.find("muster.requests.open.downloads").meters().isEmpty());
    assertTrue(meters.find("muster.requests.refused").tag("limit", "downloads").meters().isEmpty());
  }

  private double refused(String limit) {
    return meters.get("muster.requests.refused").tag("limit", limit).counter().count();
  }

  /** One request of people, and two downloads. */
  private Handler<RoutingContext> handler(Optional<String> downloadPaths) {
    var limits = new Limits(downloadPaths);
    var answer = new EarlyAnswer(new Problems(meters), new ObjectMapper());
    var filters = new Filters();
    new RequestRoom(answer, new StreamedPaths(limits), limits, meters).register(filters);
    return filters.getFilters().getFirst().getHandler();
  }

  private record Limits(Optional<String> downloadPaths) implements RequestsConfig {
    @Override
    public int mostAtOnce() {
      return 1;
    }

    @Override
    public int mostDownloadsAtOnce() {
      return 2;
    }

    @Override
    public int maxBodyBytes() {
      return 65_536;
    }

    @Override
    public long mostBodyBytesAtOnce() {
      return 65_536;
    }

    @Override
    public Optional<String> streamedPaths() {
      return Optional.empty();
    }

    @Override
    public Optional<List<String>> trustedProxies() {
      return Optional.empty();
    }

    @Override
    public ForwardedHeader forwardedHeader() {
      return ForwardedHeader.X_FORWARDED_FOR;
    }
  }

  /** A request without a body, and what became of it. */
  private static final class Asked {
    private final String path;
    private final List<Handler<AsyncResult<Void>>> atItsEnd = new ArrayList<>();
    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    private String outcome = "nothing";

    private Asked(String path) {
      this.path = path;
    }

    private String outcome() {
      return outcome;
    }

    private void end() {
      atItsEnd.forEach(it -> it.handle(null));
    }

    private RoutingContext context() {
      var request =
          stub(
              HttpServerRequest.class,
              (_, method, _) ->
                  switch (method.getName()) {
                    case "path" -> path;
                    case "version" -> HttpVersion.HTTP_1_1;
                    case "headers" -> MultiMap.caseInsensitiveMultiMap();
                    default -> null;
                  });
      return stub(
          RoutingContext.class,
          (_, method, arguments) ->
              switch (method.getName()) {
                case "request" -> request;
                case "normalizedPath" -> HttpUtils.normalizePath(path);
                case "response" -> response();
                case "addEndHandler" -> {
                  atItsEnd.add(handlerIn(arguments));
                  yield 0;
                }
                case "next" -> {
                  outcome = "in";
                  yield null;
                }
                default -> null;
              });
    }

    @SuppressWarnings("unchecked")
    private static Handler<AsyncResult<Void>> handlerIn(Object[] arguments) {
      return (Handler<AsyncResult<Void>>) arguments[0];
    }

    private HttpServerResponse response() {
      return stub(
          HttpServerResponse.class,
          (itself, method, arguments) -> {
            switch (method.getName()) {
              case "setStatusCode" -> outcome = arguments[0].toString();
              case "putHeader" -> headers.add(arguments[0].toString(), arguments[1].toString());
              default -> {}
            }
            return method.getReturnType().isInstance(itself) ? itself : null;
          });
    }

    private static <T> T stub(Class<T> type, InvocationHandler answers) {
      var loader = RequestRoomTest.class.getClassLoader();
      return type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, answers));
    }
  }
}
