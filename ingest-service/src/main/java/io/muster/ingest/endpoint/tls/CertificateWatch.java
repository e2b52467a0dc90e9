package io.muster.ingest.endpoint.tls;

import java.time.Clock;
import java.time.Instant;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Looks whether the server's files hold something new. It compares contents, so it does not matter
 * how they are replaced; what cannot be served leaves the old certificate where it is, and is tried
 * again at each look, since a certificate may be ahead of its time. On one thread.
 */
final class CertificateWatch {
  private static final Logger LOG = Logger.getLogger(CertificateWatch.class);

  private final TlsFiles files;
  private final Consumer<ServerIdentity> taker;
  private final TlsMetrics metrics;
  private final Clock clock;
  private String served;

  /** What could not be served at the last look; null when there was no such thing. */
  private String unfit;

  private boolean told;

  /**
   * @param served what is served at the beginning
   * @param taker serves another one from now on
   */
  CertificateWatch(
      TlsFiles files,
      ServerIdentity served,
      Consumer<ServerIdentity> taker,
      TlsMetrics metrics,
      Clock clock) {
    this.files = files;
    this.served = served.sha256();
    this.taker = taker;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Never fails. */
  void look() {
    String found = null;
    try {
      var contents = files.read();
      found = contents.sha256();
      if (!found.equals(served)) {
        take(ServerIdentity.read(files, contents));
      }
      unfit = null;
    } catch (UnfitFilesException | RuntimeException failure) {
      failed(found == null ? String.valueOf(failure.getMessage()) : found, failure);
    }
  }

  private void take(ServerIdentity identity) throws UnfitFilesException {
    requireTimely(identity);
    taker.accept(identity);
    served = identity.sha256();
    metrics.reloaded();
    LOG.infof("New connections get the certificate that ends at %s", identity.notAfter());
  }

  private void requireTimely(ServerIdentity identity) throws UnfitFilesException {
    Instant now = clock.instant();
    if (now.isBefore(identity.notBefore())) {
      throw new UnfitFilesException(
          "%s begins at %s".formatted(files.certificate(), identity.notBefore()));
    }
    if (!now.isBefore(identity.notAfter())) {
      throw new UnfitFilesException(
          "%s ended at %s".formatted(files.certificate(), identity.notAfter()));
    }
  }

  /** At first sight it may be half written, or the other of the two not written yet. */
  private void failed(String what, Exception failure) {
    if (!what.equals(unfit)) {
      unfit = what;
      told = false;
      return;
    }
    metrics.failed();
    if (!told) {
      told = true;
      LOG.errorf("The old TLS certificate stays: %s", failure.getMessage());
    }
  }
}
