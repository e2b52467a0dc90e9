package io.muster.firmware.ddi;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.rest.tls.ServerCertificate;
import io.netty.channel.Channel;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.TrustOptions;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * A server of its own for devices: over TLS, with a certificate of theirs if they have one, of
 * whatever authority. What comes in goes the way of all requests, through the same filters and
 * limits and the same draining at the end; {@link DeviceDoor} says what is served here. Quarkus'
 * own HTTPS port is left to people and services, whose certificates are of one authority.
 * Thread-safe.
 */
@ApplicationScoped
class DevicePort {
  private static final Logger LOG = Logger.getLogger(DevicePort.class);
  private static final int LAST = Interceptor.Priority.PLATFORM_AFTER;
  private static final int SECONDS_TO_START_OR_END = 10;

  /**
   * Of all verticles together one that is free; with 0 each would get its own (Vert.x). The number
   * tells whose it is: Quarkus' own servers have others.
   */
  private static final int ANY_PORT = -8_444;

  private final Vertx vertx;
  private final DevicePortConfig config;
  private final MeterRegistry meters;
  private final AtomicInteger connections = new AtomicInteger();
  private Counter refused;
  private String deployment;
  private volatile int port = -1;

  DevicePort(Vertx vertx, DevicePortConfig config, MeterRegistry meters) {
    this.vertx = vertx;
    this.config = config;
    this.meters = meters;
  }

  /** After all else is there: whoever is let in is served. */
  void open(@Observes @Priority(LAST) StartupEvent started) {
    open(VertxHttpRecorder.getRootHandler());
  }

  /**
   * @param requests gets each of them, on an event loop
   * @throws IllegalStateException when it cannot listen
   * @throws IllegalArgumentException when the certificate cannot be used
   */
  void open(Handler<HttpServerRequest> requests) {
    if (!isWanted()) {
      return;
    }
    var certificate = new ServerCertificate(file("certificate"), file("key"));
    register(certificate);
    var options = options(certificate);
    var loops = new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors());
    deployment =
        ended(
            vertx.deployVerticle(() -> new Listener(options, requests), loops),
            "muster.firmware.tls.port: cannot listen at %s:%d"
                .formatted(config.host(), config.port()));
    LOG.infof("Devices are served over TLS at %s:%d", config.host(), port);
  }

  private Path file(String which) {
    var file = which.equals("key") ? config.key() : config.certificate();
    return file.orElseThrow(
        () ->
            new IllegalArgumentException(
                "muster.firmware.tls.certificate and muster.firmware.tls.key go together: no "
                    + which));
  }

  private void register(ServerCertificate certificate) {
    Gauge.builder(
            "muster.firmware.tls.certificate.expiry",
            certificate,
            it -> it.notAfter().getEpochSecond())
        .baseUnit("seconds")
        .description("When the certificate of the port for devices ends, in seconds since 1970")
        .strongReference(true)
        .register(meters);
    Gauge.builder("muster.firmware.tls.connections", connections, AtomicInteger::get)
        .description("Connections at the port for devices")
        .register(meters);
    refused =
        Counter.builder("muster.firmware.tls.refused")
            .description("Connections beyond those that there may be")
            .register(meters);
  }

  private HttpServerOptions options(ServerCertificate certificate) {
    var options =
        new HttpServerOptions()
            .setHost(config.host())
            .setPort(config.port() == 0 ? ANY_PORT : config.port())
            .setSsl(true)
            .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
            .setClientAuth(ClientAuth.REQUEST)
            .setTrustOptions(TrustOptions.wrap(new DeviceTrust()))
            // Clients of HTTP/2 would hold many requests on one connection, and none of them does.
            .setUseAlpn(false)
            .setSslHandshakeTimeout(config.handshakeTimeout().toMillis())
            .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
            .setMaxHeaderSize(Math.toIntExact(config.maxHeaderSize().asLongValue()))
            .setIdleTimeout(Math.toIntExact(config.idleTimeout().toSeconds()))
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    certificate.show(options);
    return options;
  }

  /** Listens on one event loop; all of them share the port. */
  private final class Listener extends AbstractVerticle {
    private final HttpServerOptions options;
    private final Handler<HttpServerRequest> requests;

    private Listener(HttpServerOptions options, Handler<HttpServerRequest> requests) {
      this.options = options;
      this.requests = requests;
    }

    @Override
    public void start(Promise<Void> started) {
      new CountedServer(((ContextInternal) context).owner(), options, DevicePort.this::admits)
          .requestHandler(requests)
          .listen()
          .onSuccess(server -> port = server.actualPort())
          .<Void>mapEmpty()
          .onComplete(started);
    }
  }

  /** Before the handshake: who says nothing counts as well. */
  private boolean admits(Channel connection) {
    connection.closeFuture().addListener(_ -> connections.decrementAndGet());
    if (connections.incrementAndGet() > config.connections()) {
      refused.increment();
      return false;
    }
    return true;
  }

  /** Whether a request came in here; never by what it says of itself. */
  boolean received(HttpServerRequest request) {
    var local = request.connection().localAddress();
    return port > 0 && local != null && local.port() == port;
  }

  /** Whether an installation says that there is such a port. */
  boolean isWanted() {
    return config.certificate().isPresent() || config.key().isPresent();
  }

  /** Where it listens, or -1. */
  int port() {
    return port;
  }

  /** What is under way has had its time by then. */
  void close(@Observes ShutdownEvent ending) {
    close();
  }

  void close() {
    if (deployment != null) {
      ended(vertx.undeploy(deployment), "the port for devices does not close");
      deployment = null;
      port = -1;
    }
  }

  private static <T> T ended(Future<T> step, String failure) {
    try {
      return step.toCompletionStage()
          .toCompletableFuture()
          .get(SECONDS_TO_START_OR_END, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(failure + ": " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException(failure, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(failure, e);
    }
  }
}
