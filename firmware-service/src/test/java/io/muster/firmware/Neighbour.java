package io.muster.firmware;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A registry over real HTTP: a log to follow, and devices that there are. */
public final class Neighbour implements AutoCloseable {
  private final List<OutboxEvent> log = new CopyOnWriteArrayList<>();
  private final Set<String> devices = ConcurrentHashMap.newKeySet();
  private final HttpServer server;
  private volatile boolean away;
  private volatile Function<VerifyRequest, VerifyAnswer> verifier =
      _ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.NO_SUCH_CREDENTIAL);

  public Neighbour() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Whether it answers nothing but 500. */
  public void away(boolean isAway) {
    away = isAway;
  }

  public void add(DeviceAddress device) {
    devices.add(device.toString());
  }

  public void remove(DeviceAddress device) {
    devices.remove(device.toString());
  }

  /** What it says of proofs; nothing holds at the beginning. */
  public void verifies(Function<VerifyRequest, VerifyAnswer> answers) {
    verifier = answers;
  }

  /** Adds to the log. */
  public synchronized void tell(String topic, String contentType, byte[] payload) {
    tell(UUID.randomUUID(), topic, contentType, payload);
  }

  public synchronized void tell(UUID id, String topic, String contentType, byte[] payload) {
    log.add(
        new OutboxEvent(
            log.size() + 1, id, topic, 1, contentType, Map.of(), payload, Instant.now()));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      if (away) {
        exchange.sendResponseHeaders(500, -1);
      } else if (path.equals("/internal/v1/events")) {
        answer(exchange, page(query(exchange)));
      } else if (path.equals("/internal/v1/credentials/verify")) {
        var request =
            ContractJson.mapper().readValue(exchange.getRequestBody(), VerifyRequest.class);
        answer(exchange, verifier.apply(request));
      } else {
        device(exchange, path);
      }
    }
  }

  /** {@code /internal/v1/tenants/{tenant}/devices/{device}}. */
  private void device(HttpExchange exchange, String path) throws IOException {
    var level = path.split("/");
    var device = DeviceAddress.of(level[4], level[6]);
    if (devices.contains(device.toString())) {
      answer(exchange, new DeviceView(device, true, null, 1));
    } else {
      exchange.sendResponseHeaders(404, -1);
    }
  }

  private synchronized EventPage page(Map<String, Long> query) {
    var after = query.get("after");
    var items = log.stream().skip(after).limit(query.get("limit")).toList();
    return new EventPage(
        items, items.isEmpty() ? Math.min(after, log.size()) : items.getLast().sequence(), 1);
  }

  private static Map<String, Long> query(HttpExchange exchange) {
    return Arrays.stream(exchange.getRequestURI().getQuery().split("&"))
        .map(it -> it.split("="))
        .collect(Collectors.toMap(it -> it[0], it -> Long.valueOf(it[1])));
  }

  private static void answer(HttpExchange exchange, Object value) throws IOException {
    var body = ContractJson.mapper().writeValueAsBytes(value);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
