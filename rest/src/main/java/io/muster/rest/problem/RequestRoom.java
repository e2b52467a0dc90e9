package io.muster.rest.problem;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.rest.requests.RequestEnd;
import io.muster.rest.requests.RequestsConfig;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Bounds how many requests are under way at once, and how much memory their bodies take. What is
 * asked faster than it is answered would fill the memory of the service and end it for all; so what
 * comes beyond is refused at once, before anything of it is read, and the rest goes on. Services
 * have a room of their own, since whether devices get in must not depend on how much people ask; so
 * have downloads, which take as long as their clients are slow, and health and metrics, since a
 * service that has much to do is not dead. Thread-safe.
 */
@ApplicationScoped
class RequestRoom {
  /** Before all others look at a request. */
  private static final int PRIORITY = 1_100;

  private static final String OPERATIONS = "/q/";
  private static final int OPERATIONS_AT_ONCE = 100;
  private static final String SERVICES = "/internal/";

  /**
   * Bodies up to there are within what a request is reckoned with: whoever sends large ones slowly
   * keeps out large ones alone.
   */
  private static final long SMALL_BODY_BYTES = 16_384;

  private final EarlyAnswer answer;
  private final StreamedPaths streamed;
  private final long longestBody;
  private final Room people;
  private final Room services;
  private final Room operations;
  private final Optional<Pattern> downloadPaths;
  private final Room downloads;
  private final Counter refusedBodies;

  RequestRoom(
      EarlyAnswer answer, StreamedPaths streamed, RequestsConfig limits, MeterRegistry meters) {
    this.answer = answer;
    this.streamed = streamed;
    this.longestBody = limits.maxBodyBytes();
    this.downloadPaths = limits.downloadPaths().map(Pattern::compile);
    var refused = refused(meters, "requests");
    var refusedDownloads = downloadPaths.isPresent() ? refused(meters, "downloads") : refused;
    this.refusedBodies = refused(meters, "bodies");
    this.people = new Room(limits.mostAtOnce(), limits.mostBodyBytesAtOnce(), refused);
    this.services = new Room(limits.mostAtOnce(), limits.mostBodyBytesAtOnce(), refused);
    this.operations = new Room(OPERATIONS_AT_ONCE, 0, refused);
    this.downloads =
        new Room(limits.mostDownloadsAtOnce(), limits.mostBodyBytesAtOnce(), refusedDownloads);
    Gauge.builder("muster.requests.open", () -> people.requests.get() + services.requests.get())
        .description("Requests that are under way, but for those of health and metrics")
        .register(meters);
    Gauge.builder("muster.requests.open.body", () -> people.bytes.get() + services.bytes.get())
        .baseUnit("bytes")
        .description("How long the bodies above 16 KiB of those are together")
        .register(meters);
    if (downloadPaths.isPresent()) {
      Gauge.builder("muster.requests.open.downloads", downloads.requests, AtomicInteger::get)
          .description("Downloads that are under way, which the other requests do not count")
          .register(meters);
    }
  }

  private static Counter refused(MeterRegistry meters, String limit) {
    return Counter.builder("muster.requests.refused")
        .description("Requests that were refused since more were under way than may be at once")
        .tag("limit", limit)
        .register(meters);
  }

  void register(@Observes Filters filters) {
    filters.register(this::enter, PRIORITY);
  }

  private void enter(RoutingContext context) {
    // As it is routed: one letter in another spelling is no other path.
    var room = room(context.normalizedPath());
    var bytes = room == operations ? 0 : bodyBytes(context.request());
    if (!room.takeRequest()) {
      refuse(context, room.refused, "As many requests are under way as there may be at once");
    } else if (!room.takeBody(bytes)) {
      room.requests.decrementAndGet();
      refuse(context, refusedBodies, "Many long bodies are being read at once");
    } else {
      RequestEnd.watch(context).then(() -> room.leave(bytes));
      context.next();
    }
  }

  private Room room(String path) {
    if (path.startsWith(OPERATIONS)) {
      return operations;
    }
    if (path.startsWith(SERVICES)) {
      return services;
    }
    return downloadPaths.filter(it -> it.matcher(path).matches()).isPresent() ? downloads : people;
  }

  /** Of a body that takes memory: one that is too long is not read. */
  private long bodyBytes(HttpServerRequest request) {
    if (streamed.matches(request)) {
      return 0;
    }
    long bytes = BodyLength.isOpen(request) ? longestBody : BodyLength.announced(request).orElse(0);
    return bytes > SMALL_BODY_BYTES && bytes <= longestBody ? bytes : 0;
  }

  private void refuse(RoutingContext context, Counter counter, String why) {
    counter.increment();
    if (BodyLength.isOpen(context.request())
        || BodyLength.announced(context.request()).orElse(0) > 0) {
      Leftover.discardAfterTheAnswer(context);
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    answer.refuse(context, new Refusal.Unavailable(why));
  }

  /** What is under way of one sort of requests. */
  private static final class Room {
    private final int mostRequests;
    private final long mostBytes;
    private final Counter refused;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    Room(int mostRequests, long mostBytes, Counter refused) {
      this.mostRequests = mostRequests;
      this.mostBytes = mostBytes;
      this.refused = refused;
    }

    boolean takeRequest() {
      if (requests.incrementAndGet() > mostRequests) {
        requests.decrementAndGet();
        return false;
      }
      return true;
    }

    /** One finds room always, however long it may be. */
    boolean takeBody(long length) {
      if (length == 0) {
        return true;
      }
      var before = bytes.getAndAdd(length);
      if (before > 0 && before + length > mostBytes) {
        bytes.addAndGet(-length);
        return false;
      }
      return true;
    }

    void leave(long length) {
      requests.decrementAndGet();
      bytes.addAndGet(-length);
    }
  }
}
