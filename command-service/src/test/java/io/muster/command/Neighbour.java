package io.muster.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeletedTenants;
import io.muster.contract.registry.DeviceView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A registry or an ingest over real HTTP: a log to follow, and devices that there are. */
public final class Neighbour implements AutoCloseable {
  private final List<OutboxEvent> log = new CopyOnWriteArrayList<>();
  private final List<TenantId> deletedTenants = new CopyOnWriteArrayList<>();
  private final Set<String> devices = new ConcurrentSkipListSet<>();
  private final Map<String, Predicate<String>> filters = new ConcurrentHashMap<>();
  private final AtomicInteger questions = new AtomicInteger();
  private final HttpServer server;
  private volatile boolean away;
  private volatile Runnable asked = () -> {};

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

  /** Adds so many: {@code d0000} and on. */
  public List<DeviceAddress> addDevices(TenantId tenant, int count) {
    var added =
        IntStream.range(0, count)
            .mapToObj(i -> DeviceAddress.of(tenant.value(), "d%04d".formatted(i)))
            .toList();
    added.forEach(this::add);
    return added;
  }

  public void remove(DeviceAddress device) {
    devices.remove(device.toString());
  }

  /** Understands a filter from now on, for the ids of any tenant's devices. */
  public void filter(String text, Predicate<String> fits) {
    filters.put(text, fits);
  }

  /** Does it at each question about devices, when its answer is known and not yet given. */
  public void whenAsked(Runnable what) {
    asked = what;
  }

  /** How often devices were asked for. */
  public int questions() {
    return questions.get();
  }

  /** Deletes a tenant, and tells of it. */
  public void delete(TenantId tenant) {
    deletedTenants.add(tenant);
    devices.removeIf(device -> device.startsWith(tenant + "/"));
    tell("platform/registry/tenant-deleted/" + tenant, null, new byte[0]);
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
      } else if (path.equals("/internal/v1/deleted-tenants")) {
        // None after the last.
        var isFirst = query(exchange).get("after") == 0;
        answer(exchange, new DeletedTenants(isFirst ? deletedTenants : List.of(), 1));
      } else if (path.endsWith("/devices")) {
        stream(exchange, path.split("/")[4]);
      } else {
        device(exchange, path);
      }
    }
  }

  /** {@code /internal/v1/tenants/{tenant}/devices/{device}}. */
  private void device(HttpExchange exchange, String path) throws IOException {
    var level = path.split("/");
    var device = DeviceAddress.of(level[4], level[6]);
    var isThere = devices.contains(device.toString());
    asked.run();
    if (isThere) {
      answer(exchange, new DeviceView(device, true, null, 1));
    } else {
      exchange.sendResponseHeaders(404, -1);
    }
  }

  /** {@code /internal/v1/tenants/{tenant}/devices?filter=}, a line for each device. */
  private void stream(HttpExchange exchange, String tenant) throws IOException {
    questions.incrementAndGet();
    var query = exchange.getRequestURI().getRawQuery().substring("filter=".length());
    var fits = fits(URLDecoder.decode(query, StandardCharsets.UTF_8));
    if (fits.isEmpty()) {
      var problem = "{\"errors\":[{\"parameter\":\"filter\",\"detail\":\"is none\"}]}";
      exchange.sendResponseHeaders(400, problem.length());
      exchange.getResponseBody().write(problem.getBytes(StandardCharsets.UTF_8));
      return;
    }
    asked.run();
    exchange.sendResponseHeaders(200, 0);
    var body = exchange.getResponseBody();
    for (var device : devices) {
      var id = device.substring(tenant.length() + 1);
      if (device.startsWith(tenant + "/") && fits.get().test(id)) {
        var view = new DeviceView(DeviceAddress.of(tenant, id), true, null, 1);
        body.write(ContractJson.mapper().writeValueAsBytes(view));
        body.write('\n');
      }
    }
  }

  /** The forms that the service asks in. */
  private Optional<Predicate<String>> fits(String filter) {
    var in = Pattern.compile("id=in=\\(([^)]*)\\)").matcher(filter);
    if (in.matches()) {
      return Optional.of(Set.of(in.group(1).split(","))::contains);
    }
    if (filters.containsKey(filter) && isWhole(filter)) {
      return Optional.of(filters.get(filter));
    }
    var from = Pattern.compile("\\((.*)\\);id=gt=(.*)").matcher(filter);
    if (!from.matches() || !filters.containsKey(from.group(1))) {
      return Optional.empty();
    }
    var after = from.group(2);
    return Optional.of(filters.get(from.group(1)).and(id -> id.compareTo(after) > 0));
  }

  /** Whether each parenthesis has its other half behind it. */
  private static boolean isWhole(String filter) {
    var open = 0;
    for (var character : filter.toCharArray()) {
      open += character == '(' ? 1 : character == ')' ? -1 : 0;
      if (open < 0) {
        return false;
      }
    }
    return open == 0;
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
