package io.muster.registry.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.ServiceName;
import io.muster.registry.RegistryTest;
import io.muster.registry.events.Changes;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two instances of the registry follow one log of a service that comes and goes. */
@RegistryTest
class FollowedServiceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A page may be shorter than asked for. */
  private static final int PAGE = 10;

  @Inject Pool pool;
  @Inject Vertx vertx;
  @Inject Changes changes;
  @Inject InboxConfig config;

  private final ServiceName name =
      new ServiceName("log-" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36));
  private final List<OutboxEvent> log = new CopyOnWriteArrayList<>();
  private final List<FollowedService> followers = new ArrayList<>();

  /** What took effect, and at which instance. */
  private final List<String> taken = new CopyOnWriteArrayList<>();

  private HttpServer service;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile int status = 200;

  @BeforeEach
  void startTheService() throws IOException {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext("/internal/v1/events", this::page);
    service.start();
  }

  @AfterEach
  void stop() {
    followers.forEach(FollowedService::stop);
    service.stop(0);
  }

  private void page(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    var query = Map.of("after", part(exchange, "after"), "limit", part(exchange, "limit"));
    var items =
        log.stream()
            .filter(event -> event.sequence() > query.get("after"))
            .limit(Math.min(PAGE, query.get("limit")))
            .toList();
    var next =
        items.isEmpty() ? Math.min(query.get("after"), log.size()) : items.getLast().sequence();
    var body = ContractJson.mapper().writeValueAsBytes(new EventPage(items, next, 1));
    exchange.sendResponseHeaders(status, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private static long part(HttpExchange exchange, String name) {
    var query = exchange.getRequestURI().getQuery();
    var begin = query.indexOf(name + "=") + name.length() + 1;
    var end = query.indexOf('&', begin);
    return Long.parseLong(query.substring(begin, end < 0 ? query.length() : end));
  }

  /** Writes down what it gets. */
  private InboxHandler handler(String instance) {
    return new InboxHandler() {
      @Override
      public ServiceName service() {
        return name;
      }

      @Override
      public boolean wants(OutboxEvent event) {
        return !event.topic().endsWith("/unwanted");
      }

      @Override
      public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
        events.forEach(event -> taken.add(instance + " " + event.sequence()));
        return Uni.createFrom().voidItem();
      }
    };
  }

  private FollowedService instance(String instance) {
    var url = URI.create("http://127.0.0.1:" + service.getAddress().getPort());
    var follower =
        new FollowedService(
            name,
            Asking.of(name, url, vertx, config, Optional.empty()),
            config,
            config.ingest(),
            pool,
            changes,
            Clock.systemUTC(),
            new SimpleMeterRegistry(),
            List.of(handler(instance)));
    followers.add(follower);
    follower.start();
    return follower;
  }

  private void say(int count) {
    for (var i = 0; i < count; i++) {
      say("platform/" + name + "/happened/acme/a");
    }
  }

  private void say(String topic) {
    log.add(
        new OutboxEvent(
            log.size() + 1,
            UUID.randomUUID(),
            topic,
            1,
            null,
            Map.of(),
            new byte[] {'{', '}'},
            Instant.now()));
  }

  private void awaitTaken(int count) {
    Awaitility.await().atMost(PATIENCE).until(() -> taken.size() >= count);
  }

  private List<Long> sequences() {
    return taken.stream().map(it -> Long.parseLong(it.split(" ")[1])).toList();
  }

  private static List<Long> upTo(long end) {
    return LongStream.rangeClosed(1, end).boxed().toList();
  }

  @Test
  void eachEventIsTakenOnceAndInOrderWhoeverFollows() {
    say(25);
    instance("one");
    instance("two");
    awaitTaken(25);
    say(25);
    awaitTaken(50);
    assertEquals(upTo(50), sequences());
    assertEquals(1, new HashSet<>(taken.stream().map(it -> it.split(" ")[0]).toList()).size());
  }

  @Test
  void theOtherInstanceGoesOnWhereOneEnds() {
    var one = instance("one");
    say(10);
    awaitTaken(10);
    instance("two");
    one.stop();
    followers.remove(one);
    say(10);
    awaitTaken(20);
    assertEquals(upTo(20), sequences());
    assertEquals("two 20", taken.getLast());
  }

  @Test
  void whatWasSaidWhileNobodyFollowedIsTakenLater() {
    var one = instance("one");
    say(5);
    awaitTaken(5);
    one.stop();
    followers.remove(one);
    say(40);
    instance("again");
    awaitTaken(45);
    assertEquals(upTo(45), sequences());
  }

  @Test
  void aServiceThatIsAwayIsAskedAgainAndAgain() {
    status = 503;
    say(3);
    var one = instance("one");
    Awaitility.await().atMost(PATIENCE).until(() -> asked.get() > 2);
    assertTrue(one.silence().compareTo(PATIENCE) < 0);
    assertEquals(List.of(), taken);
    status = 200;
    awaitTaken(3);
    assertEquals(upTo(3), sequences());
  }

  @Test
  void whatNobodyWantsMovesThePositionAlone() {
    say("platform/" + name + "/unwanted");
    say(1);
    instance("one");
    awaitTaken(1);
    assertEquals(List.of(2L), sequences());
  }
}
