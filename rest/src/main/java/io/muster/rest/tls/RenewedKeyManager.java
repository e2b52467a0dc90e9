package io.muster.rest.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jboss.logging.Logger;

/**
 * The key of PEM files, read again when they change, so that a pool of connections or a server
 * which lives longer than a certificate shows the renewed one. Thread-safe.
 *
 * <p>A TLS session that is taken up again goes on with what it showed; the JDK keeps one for a day
 * at most.
 *
 * <p>It looks at two files at each handshake, on whatever thread that is: they are small and near.
 */
final class RenewedKeyManager extends X509ExtendedKeyManager {
  private static final Logger LOG = Logger.getLogger(RenewedKeyManager.class);

  private final Path certificate;
  private final Path key;
  private Read current;
  private Read before;
  private String trouble;

  /**
   * What was read at a time.
   *
   * @param alias by which TLS asks for it again during the same handshake
   */
  private record Read(String alias, List<FileTime> times, PemKeyPair pair) {}

  /**
   * @throws IllegalArgumentException when the files cannot be used
   */
  RenewedKeyManager(Path certificate, Path key) {
    this.certificate = certificate;
    this.key = key;
    try {
      this.current = read(0);
      this.before = current;
    } catch (IOException unusable) {
      throw new IllegalArgumentException(unusable.getMessage(), unusable);
    }
  }

  private Read read(int number) throws IOException {
    // The times first: what changes after that is read the next time.
    return new Read("own-" + number, times(), PemKeyPair.read(certificate, key));
  }

  private List<FileTime> times() throws IOException {
    return List.of(Files.getLastModifiedTime(certificate), Files.getLastModifiedTime(key));
  }

  private synchronized String alias() {
    try {
      if (!times().equals(current.times)) {
        var next = read(1 + Integer.parseInt(current.alias.substring("own-".length())));
        before = current;
        current = next;
      }
      trouble = null;
    } catch (IOException unusable) {
      // Half replaced, as a rule; a later handshake finds both.
      tell(unusable.toString());
    }
    return current.alias;
  }

  /** A server is asked for each kind of key that the client takes, until there is one. */
  private synchronized String alias(String keyType) {
    var alias = alias();
    return current.pair.key().getAlgorithm().equals(keyType) ? alias : null;
  }

  /** When the certificate ends that the next handshake shows. */
  synchronized Instant notAfter() {
    alias();
    return current.pair.chain().getFirst().getNotAfter().toInstant();
  }

  private void tell(String reason) {
    if (!reason.equals(trouble)) {
      trouble = reason;
      LOG.warnf("Going on with the last certificate, the present one is unusable: %s", reason);
    }
  }

  private synchronized PemKeyPair of(String alias) {
    return current.alias.equals(alias)
        ? current.pair
        : before.alias.equals(alias) ? before.pair : null;
  }

  @Override
  public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
    return alias();
  }

  @Override
  public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
    return alias();
  }

  @Override
  public String[] getClientAliases(String type, Principal[] issuers) {
    return new String[] {alias()};
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    var pair = of(alias);
    return pair == null ? null : pair.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    var pair = of(alias);
    return pair == null ? null : pair.key();
  }

  @Override
  public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
    return alias(type);
  }

  @Override
  public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
    return alias(type);
  }

  @Override
  public String[] getServerAliases(String type, Principal[] issuers) {
    var alias = alias(type);
    return alias == null ? null : new String[] {alias};
  }
}
