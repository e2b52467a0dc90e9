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
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * What a client has shown in its TLS handshake, or in that of the session which it resumes.
 *
 * @param own the client's
 * @param proof for the registry, which says whose it is: with those that came with it, of which
 *     nothing is known
 */
public record ClientCertificate(X509Certificate own, CredentialProof.Certificate proof) {
  private static final Certificate[] NONE = {};

  /** Of a connection whose handshake is done; empty when there was no TLS or no certificate. */
  public static Optional<ClientCertificate> of(Channel channel) {
    var tls = channel.pipeline().get(SslHandler.class);
    var chain = tls == null ? NONE : shown(tls);
    return chain.length == 0 ? Optional.empty() : Optional.of(of(chain));
  }

  private static ClientCertificate of(Certificate[] chain) {
    var encoded = Arrays.stream(chain).map(ClientCertificate::base64).toList();
    return new ClientCertificate(
        (X509Certificate) chain[0], new CredentialProof.Certificate(encoded));
  }

  private static Certificate[] shown(SslHandler tls) {
    try {
      return tls.engine().getSession().getPeerCertificates();
    } catch (SSLPeerUnverifiedException none) {
      return NONE;
    }
  }

  /**
   * Takes a session with a certificate out of the JDK's cache, where it is for clients that resume
   * without tickets (TLS 1.2): strangers would fill it with certificates of their choice. Tickets
   * are kept by the client, and are not concerned.
   */
  static void forgetSession(SslHandler tls) {
    if (shown(tls).length > 0) {
      tls.engine().getSession().invalidate();
    }
  }

  /** Bytes that the proof takes until the registry has answered. */
  public int heldBytes() {
    return proof.chain().stream().mapToInt(String::length).sum();
  }

  /** Whether its own period has not begun yet. */
  public boolean isEarly(Instant now) {
    return now.isBefore(own.getNotBefore().toInstant());
  }

  /** Whether its own period is over, also when it was not yet in the handshake. */
  public boolean isOver(Instant now) {
    return !now.isBefore(own.getNotAfter().toInstant());
  }

  private static String base64(Certificate certificate) {
    try {
      return Base64.getEncoder().encodeToString(certificate.getEncoded());
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("it came encoded", impossible);
    }
  }
}
