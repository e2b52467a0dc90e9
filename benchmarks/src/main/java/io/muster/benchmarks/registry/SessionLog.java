package io.muster.benchmarks.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The log of an ingest-service whose devices all come and go at once, over HTTP as the registry
 * reads it. What was said before the last {@link #say} is no longer kept. Thread-safe.
 */
public final class SessionLog implements AutoCloseable {
  private static final int MOST = 1_000;

  private final HttpServer server;
  private final String bootId = UUID.randomUUID().toString();
  private List<OutboxEvent> events = List.of();
  private long last;

  private SessionLog(HttpServer server) {
    this.server = server;
  }

  /** Starts one on a port of its own; it has said nothing yet. */
  public static SessionLog start() {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      var log = new SessionLog(server);
      server.createContext("/internal/v1/events", log::answer);
      server.start();
      return log;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the registry reads it. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /**
   * Each device has connected, or disconnected.
   *
   * @param epoch greater than that of its connection before
   */
  synchronized void say(List<DeviceAddress> devices, boolean connected, long epoch) {
    var said = new ArrayList<OutboxEvent>(devices.size());
    for (var device : devices) {
      said.add(event(device, connected, epoch));
    }
    events = said;
  }

  private OutboxEvent event(DeviceAddress device, boolean connected, long epoch) {
    var at = Instant.now();
    var id = UUID.randomUUID();
    var topic =
        PlatformTopic.of(
            ServiceName.INGEST, connected ? "session/connected" : "session/disconnected", device);
    var told =
        new SessionEvent(
            "benchmark",
            bootId,
            epoch,
            epoch,
            device.tenant() + ":" + device.device(),
            at,
            connected ? null : "client");
    var event =
        new CloudEvent(
            "1.0",
            id,
            "/muster/ingest",
            "io.muster.ingest." + topic.event().replace('/', '.'),
            device.toString(),
            at,
            "application/json",
            ContractJson.mapper().valueToTree(told));
    return new OutboxEvent(
        ++last, id, topic.name(), 1, CloudEvent.CONTENT_TYPE, Map.of(), bytes(event), at);
  }

  private static byte[] bytes(Object value) {
    try {
      return ContractJson.mapper().writeValueAsBytes(value);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    var body = bytes(page(number(exchange, "after"), number(exchange, "limit")));
    exchange.sendResponseHeaders(200, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private synchronized EventPage page(long after, long limit) {
    var begin = last - events.size();
    var from = (int) Math.clamp(after - begin, 0, events.size());
    var to = (int) Math.min(events.size(), from + Math.min(limit, MOST));
    return new EventPage(events.subList(from, to), begin + to, 1);
  }

  private static long number(HttpExchange exchange, String name) {
    for (var part : exchange.getRequestURI().getQuery().split("&")) {
      if (part.startsWith(name + "=")) {
        return Long.parseLong(part.substring(name.length() + 1));
      }
    }
    throw new IllegalArgumentException("no " + name);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
