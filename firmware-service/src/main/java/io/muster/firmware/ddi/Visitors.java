package io.muster.firmware.ddi;

import io.muster.contract.registry.CredentialProof;
import io.muster.rest.bans.Network;
import io.muster.rest.requests.Clients;
import io.muster.rest.requests.TrustedProxies;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Tells who holds a connection from who is behind it. A header counts only from a listed proxy, and
 * what such a proxy shows of itself counts for nobody. A device's certificate is taken from those
 * alone that are listed for devices: others may hand on what a stranger has written. Thread-safe.
 */
@ApplicationScoped
class Visitors {
  private static final String CHAIN = "Client-Cert-Chain";

  private final Clients clients;
  private final TrustedProxies proxies;
  private final TrustedProxies certifying;
  private final String certificateHeader;
  private final DevicePort port;

  Visitors(DdiConfig config, Clients clients, DevicePort port) {
    this.clients = clients;
    this.port = port;
    var own = config.ddi().trustedProxies().map(TrustedProxies::of);
    this.proxies = own.orElseGet(clients::proxies);
    this.certifying = own.orElseGet(() -> TrustedProxies.of(List.of()));
    this.certificateHeader = config.ddi().clientCertificateHeader();
  }

  /** Who asks. */
  Visitor of(HttpServerRequest request) {
    var peer = Clients.peer(request);
    if (!proxies.trusts(peer)) {
      return new Visitor(peer, Network.of(peer), proof(shown(request)));
    }
    var client = clients.address(request, proxies);
    var origin = proxies.trusts(client) ? Network.UNKNOWN : Network.of(client);
    return new Visitor(client, origin, proof(certifying.trusts(peer) ? told(request) : List.of()));
  }

  private List<X509Certificate> told(HttpServerRequest request) {
    var headers = request.headers();
    return ForwardedCertificate.read(headers.get(certificateHeader), headers.get(CHAIN));
  }

  /** At the other port certificates are those of services, which are no devices. */
  private List<X509Certificate> shown(HttpServerRequest request) {
    if (!port.received(request)) {
      return List.of();
    }
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (var certificate : request.connection().peerCertificates()) {
        if (certificate instanceof X509Certificate it) {
          chain.add(it);
        }
      }
      return ForwardedCertificate.isWithinBounds(chain) ? chain : List.of();
    } catch (SSLPeerUnverifiedException | GeneralSecurityException none) {
      return List.of();
    }
  }

  private static Optional<CredentialProof.Certificate> proof(List<X509Certificate> chain) {
    return chain.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new CredentialProof.Certificate(chain.stream().map(Visitors::base64).toList()));
  }

  private static String base64(X509Certificate certificate) {
    try {
      return Base64.getEncoder().encodeToString(certificate.getEncoded());
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("it came encoded", impossible);
    }
  }
}
