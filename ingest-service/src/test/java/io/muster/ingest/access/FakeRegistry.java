package io.muster.ingest.access;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.contract.event.ContractJson;
import io.muster.localstack.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A registry that answers what a test tells it to, over real HTTP. */
public final class FakeRegistry implements AutoCloseable {

  /** What it heard. */
  public record Request(String method, String uri, String authorization, String body) {}

  /** What it answers. */
  public record Reply(int status, String body) {
    public static Reply json(Object value) {
      try {
        return new Reply(200, ContractJson.mapper().writeValueAsString(value));
      } catch (IOException unwritable) {
        throw new IllegalArgumentException(unwritable);
      }
    }
  }

  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger mostUnderWay = new AtomicInteger();
  private final int port;
  private HttpServer server;
  private volatile Function<Request, Reply> answers = any -> new Reply(500, "");
  private volatile CountDownLatch held = new CountDownLatch(0);

  public FakeRegistry() throws IOException {
    port = FreePort.any();
    server = start(port);
  }

  private HttpServer start(int onPort) throws IOException {
    var started =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort), 0);
    started.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    started.createContext("/", this::handle);
    started.start();
    return started;
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  public void answer(Function<Request, Reply> newAnswers) {
    answers = newAnswers;
  }

  /** Holds every answer back until the latch is open. */
  public CountDownLatch hold() {
    held = new CountDownLatch(1);
    return held;
  }

  public void goDown() {
    server.stop(0);
  }

  public void comeBack() throws IOException {
    server = start(port);
  }

  public List<Request> requests() {
    return List.copyOf(requests);
  }

  public int mostUnderWay() {
    return mostUnderWay.get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
      var request =
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              exchange.getRequestHeaders().getFirst("Authorization"),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      requests.add(request);
      held.await();
      var reply = answers.apply(request);
      var body = reply.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      underWay.decrementAndGet();
    }
  }

  @Override
  public void close() {
    held.countDown();
    server.stop(0);
  }
}
