package io.muster.broker;

import io.muster.broker.BrokerSettings.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key store that HiveMQ serves TLS from, since it reads no PEM, and beside it the trust store
 * that it verifies clients with, if it does. They are made of the PEM files and made again when
 * these change. HiveMQ looks at it every 10 s ({@code SslContextStore}): new connections get the
 * renewed certificate, those that stand go on.
 */
final class ServerKeyStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerKeyStore.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
  private static final int PASSWORD_BYTES = 16;

  /** What was in the PEM files. */
  private record Content(String certificate, String key, String authority) {
    static Content of(TlsFiles pem) throws IOException {
      var authority = pem.clientAuthority();
      return new Content(
          Files.readString(pem.certificate()),
          Files.readString(pem.key()),
          authority.isPresent() ? Files.readString(authority.get()) : "");
    }
  }

  private final TlsFiles pem;
  private final Path file;
  private final String password = randomPassword();
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("certificate-renewal").factory());
  private Content used;
  private String trouble;
  private volatile Instant certificateEnds;

  /**
   * @throws WrongSettingException when the PEM files cannot be used
   */
  ServerKeyStore(TlsFiles pem, Path file) throws IOException {
    this.pem = pem;
    this.file = file;
    this.used = Content.of(pem);
    write();
  }

  Path file() {
    return file;
  }

  /** Of those whose certificates clients must show; empty when they need none. */
  Optional<Path> trusted() {
    return pem.clientAuthority().map(authority -> file.resolveSibling("truststore.p12"));
  }

  /** As safe as the key beside it, which HiveMQ wants it for. */
  String password() {
    return password;
  }

  /** When the certificate ends that is served, or that HiveMQ finds at its next look. */
  Instant certificateEnds() {
    return certificateEnds;
  }

  /** From now on it follows the PEM files. */
  void follow() {
    var millis = LOOK_EVERY.toMillis();
    looking.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      var now = Content.of(pem);
      if (!now.equals(used)) {
        write();
        used = now;
        LOG.info("renewed the TLS certificate from {}", pem.certificate());
      }
      trouble = null;
    } catch (IOException | RuntimeException unusable) {
      // Certificate and key are seldom replaced in the same moment, so that a later look may do.
      tell(unusable.toString());
    }
  }

  private void tell(String reason) {
    if (!reason.equals(trouble)) {
      trouble = reason;
      LOG.warn("going on with the last TLS certificate, the present one is unusable: {}", reason);
    }
  }

  private void write() throws IOException {
    if (trusted().isPresent()) {
      var authority = pem.clientAuthority().orElseThrow();
      replace(trusted().get(), PemKeyStore.trusting(authority, password.toCharArray()));
    }
    var served = PemKeyStore.read(pem, password.toCharArray());
    replace(file, served.bytes());
    certificateEnds = served.ends();
  }

  private static void replace(Path old, byte[] content) throws IOException {
    var fresh = old.resolveSibling(old.getFileName() + ".new");
    Files.write(fresh, content);
    Files.move(fresh, old, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String randomPassword() {
    var random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }
}
