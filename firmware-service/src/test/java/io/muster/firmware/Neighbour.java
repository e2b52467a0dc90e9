package io.muster.firmware;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeletedTenants;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
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
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A registry over real HTTP: a log to follow, and devices that there are. */
public final class Neighbour implements AutoCloseable {
  private final List<OutboxEvent> log = new CopyOnWriteArrayList<>();
  private final List<TenantId> deletedTenants = new CopyOnWriteArrayList<>();
  private final Map<String, Known> devices = new ConcurrentSkipListMap<>();
  private final Map<String, Predicate<String>> filters = new ConcurrentHashMap<>();
  private final HttpServer server;
  private final AtomicInteger questions = new AtomicInteger();
  private volatile boolean away;
  private volatile Function<VerifyRequest, VerifyAnswer> verifier =
      _ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.NO_SUCH_CREDENTIAL);

  private volatile Runnable meanwhile = () -> {};

  /** What it knows of a device. */
  private record Known(String type, boolean enabled) {}

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

  /** How much it was asked so far. */
  public int questions() {
    return questions.get();
  }

  public void add(DeviceAddress device) {
    add(device, "lamp", true);
  }

  public void add(DeviceAddress device, String type, boolean enabled) {
    devices.put(device.toString(), new Known(type, enabled));
  }

  /** Understands a filter from now on, for the ids of any tenant's devices. */
  public void filter(String text, Predicate<String> fits) {
    filters.put(text, fits);
  }

  public void remove(DeviceAddress device) {
    devices.remove(device.toString());
  }

  /** Does not understand it any more. */
  public void forget(String text) {
    filters.remove(text);
  }

  /** What it says of proofs; nothing holds at the beginning. */
  public void verifies(Function<VerifyRequest, VerifyAnswer> answers) {
    verifier = answers;
  }

  /** What happens between its finding a device and its saying so. */
  public void meanwhile(Runnable happens) {
    meanwhile = happens;
  }

  /** Deletes a tenant, and tells of it. */
  public void delete(TenantId tenant) {
    deletedTenants.add(tenant);
    devices.keySet().removeIf(device -> device.startsWith(tenant + "/"));
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
      questions.incrementAndGet();
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
    var known = devices.get(device.toString());
    meanwhile.run();
    if (known != null) {
      answer(exchange, new DeviceView(device, known.enabled(), null, 1));
    } else {
      exchange.sendResponseHeaders(404, -1);
    }
  }

  /** {@code /internal/v1/tenants/{tenant}/devices?filter=}, a line for each device. */
  private void stream(HttpExchange exchange, String tenant) throws IOException {
    var query = exchange.getRequestURI().getRawQuery().substring("filter=".length());
    var fits = fits(URLDecoder.decode(query, StandardCharsets.UTF_8));
    if (fits.isEmpty()) {
      exchange.sendResponseHeaders(400, -1);
      return;
    }
    // What it finds is from before what happens meanwhile.
    var found = List.copyOf(devices.entrySet());
    meanwhile.run();
    exchange.sendResponseHeaders(200, 0);
    var body = exchange.getResponseBody();
    for (var device : found) {
      var id = device.getKey().substring(device.getKey().indexOf('/') + 1);
      if (device.getKey().startsWith(tenant + "/") && fits.get().test(id, device.getValue())) {
        var view =
            new DeviceView(DeviceAddress.of(tenant, id), device.getValue().enabled(), null, 1);
        body.write(ContractJson.mapper().writeValueAsBytes(view));
        body.write('\n');
      }
    }
  }

  /** The forms that the service asks in: who is meant, from where to where, of which types. */
  private Optional<BiPredicate<String, Known>> fits(String filter) {
    BiPredicate<String, Known> fits;
    var in = Pattern.compile("id=in=\\(([^)]*)\\)(;type.*)?").matcher(filter);
    var from =
        Pattern.compile("\\((.*)\\);id=gt=([^;]*)(?:;id=le=([^;]*))?(;type.*)?").matcher(filter);
    var one = Pattern.compile("id==([^;]*)(;type.*)?").matcher(filter);
    if (in.matches()) {
      var ids = Set.of(in.group(1).split(","));
      fits = (id, _) -> ids.contains(id);
    } else if (from.matches() && filters.containsKey(from.group(1))) {
      var named = filters.get(from.group(1));
      var after = from.group(2);
      var last = from.group(3);
      fits =
          (id, _) ->
              named.test(id)
                  && id.compareTo(after) > 0
                  && (last == null || id.compareTo(last) <= 0);
    } else if (one.matches()) {
      var wanted = one.group(1);
      fits = (id, _) -> id.equals(wanted);
    } else if (filters.containsKey(filter) && isWhole(filter)) {
      var named = filters.get(filter);
      fits = (id, _) -> named.test(id);
    } else {
      return Optional.empty();
    }
    var type = Pattern.compile(".*;type=in=\\(([^)]*)\\)").matcher(filter);
    if (!type.matches()) {
      return Optional.of(fits);
    }
    var types = Set.of(type.group(1).split(","));
    return Optional.of(fits.and((_, known) -> types.contains(known.type())));
  }

  /** Whether no bracket is closed before it is opened. */
  private static boolean isWhole(String filter) {
    return filter.indexOf(')') >= filter.indexOf('(');
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
