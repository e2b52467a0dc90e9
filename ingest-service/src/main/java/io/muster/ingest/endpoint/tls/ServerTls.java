package io.muster.ingest.endpoint.tls;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.endpoint.EndpointConfig;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * The endpoint's TLS 1.2 and 1.3 with the JDK's ciphers. New connections get the certificate that
 * the files hold at the time; a connection keeps what it began with. Each certificate has a context
 * of its own, so with a new one nobody resumes an older session, which costs a handshake and no
 * more. Thread-safe.
 */
public final class ServerTls implements AutoCloseable {
  private final EndpointConfig.Tls config;
  private final TlsMetrics metrics;
  private final ScheduledExecutorService watching =
      Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("muster-tls", true));
  private volatile SslContext current;

  private ServerTls(EndpointConfig.Tls config, MeterRegistry meters) {
    this.config = config;
    this.metrics = new TlsMetrics(meters);
  }

  /**
   * Reads the files, and goes on looking at them.
   *
   * @return empty when no certificate is configured, or the ports for TLS are off
   * @throws IllegalStateException when a file is missing or not what it should be, or wss is on
   *     without a certificate; the message says which
   */
  public static Optional<ServerTls> open(
      EndpointConfig endpoint, MeterRegistry meters, Clock clock) {
    var config = endpoint.tls();
    var webSocket = endpoint.websocket().tlsPort() >= 0;
    if (webSocket && config.certificate().isEmpty()) {
      throw new IllegalStateException(
          "muster.endpoint.websocket.tls-port is set, and muster.endpoint.tls.certificate is not");
    }
    if (config.port() < 0 && !webSocket || config.certificate().isEmpty()) {
      return Optional.empty();
    }
    var files = TlsFiles.of(config);
    try {
      var identity = ServerIdentity.read(files, files.read());
      var tls = new ServerTls(config, meters);
      tls.serve(identity);
      tls.watch(new CertificateWatch(files, identity, tls::serve, tls.metrics, clock));
      return Optional.of(tls);
    } catch (UnfitFilesException unfit) {
      throw new IllegalStateException(unfit.getMessage(), unfit);
    }
  }

  private void watch(CertificateWatch watch) {
    var millis = config.reloadInterval().toMillis();
    watching.scheduleWithFixedDelay(watch::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void serve(ServerIdentity identity) {
    current = context(identity);
    metrics.serves(identity);
  }

  private SslContext context(ServerIdentity identity) {
    var builder =
        SslContextBuilder.forServer(identity.key(), identity.chain())
            .sslProvider(SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2");
    if (config.clientAuth() == EndpointConfig.Tls.ClientCertificates.OPTIONAL) {
      builder.clientAuth(ClientAuth.OPTIONAL).trustManager(new DeviceTrust());
    }
    try {
      return builder.build();
    } catch (SSLException | IllegalArgumentException unfit) {
      throw new IllegalStateException("the certificate cannot be used for TLS", unfit);
    }
  }

  /** Does the TLS of a new connection. */
  public SslHandler handler(ByteBufAllocator allocator) {
    var handler = current.newHandler(allocator);
    handler.setHandshakeTimeoutMillis(config.handshakeTimeout().toMillis());
    handler
        .handshakeFuture()
        .addListener(
            done -> {
              if (done.isSuccess()) {
                ClientCertificate.forgetSession(handler);
              }
            });
    return handler;
  }

  /** No longer looks at the files. */
  @Override
  public void close() {
    watching.shutdownNow();
  }
}
