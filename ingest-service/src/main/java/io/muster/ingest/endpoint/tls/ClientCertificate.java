package io.muster.ingest.endpoint.tls;

import io.muster.contract.registry.CredentialProof;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * What a client has shown in its TLS handshake, or in that of the session which it resumes.
 *
 * @param chain its own certificate first; of the others nothing is known
 */
public record ClientCertificate(List<X509Certificate> chain) {

  /** Of a connection whose handshake is done; empty when there was no TLS or no certificate. */
  public static Optional<ClientCertificate> of(Channel channel) {
    return Optional.ofNullable(channel.pipeline().get(SslHandler.class))
        .flatMap(ClientCertificate::of);
  }

  private static Optional<ClientCertificate> of(SslHandler tls) {
    try {
      var shown = tls.engine().getSession().getPeerCertificates();
      return Optional.of(
          new ClientCertificate(Arrays.stream(shown).map(X509Certificate.class::cast).toList()));
    } catch (SSLPeerUnverifiedException none) {
      return Optional.empty();
    }
  }

  /**
   * Takes a session with a certificate out of the JDK's cache, where it is for clients that resume
   * without tickets (TLS 1.2): strangers would fill it with certificates of their choice. Tickets
   * are kept by the client, and are not concerned.
   */
  static void forgetSession(SslHandler tls) {
    if (of(tls).isPresent()) {
      tls.engine().getSession().invalidate();
    }
  }

  /** For the registry, which says whose it is. */
  public CredentialProof.Certificate proof() {
    return new CredentialProof.Certificate(
        chain.stream().map(ClientCertificate::base64).toList());
  }

  /** Whether its own period has not begun yet. */
  public boolean isEarly(Instant now) {
    return now.isBefore(chain.getFirst().getNotBefore().toInstant());
  }

  /** Whether its own period is over, also when it was not yet in the handshake. */
  public boolean isOver(Instant now) {
    return !now.isBefore(chain.getFirst().getNotAfter().toInstant());
  }

  private static String base64(Certificate certificate) {
    try {
      return Base64.getEncoder().encodeToString(certificate.getEncoded());
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("it came encoded", impossible);
    }
  }
}
