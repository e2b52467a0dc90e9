package io.muster.firmware.ddi;

import io.muster.contract.registry.CertificateBounds;
import java.io.ByteArrayInputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A device's certificates as a proxy hands them on, which did the TLS: {@code Client-Cert} and
 * {@code Client-Cert-Chain} (RFC 9440), or one header with PEM in URL encoding, as nginx ({@code
 * $ssl_client_escaped_cert}) and others write it. Stateless.
 */
final class ForwardedCertificate {
  private static final int MAX_CHARACTERS = 40_000;
  private static final Pattern ITEM = Pattern.compile(":([A-Za-z0-9+/=]*):");

  private ForwardedCertificate() {}

  /**
   * The chain, the device's own first.
   *
   * @param own the value of the header, or null
   * @param above of {@code Client-Cert-Chain}, or null
   * @return empty when there is none, or none that a device may have
   */
  static List<X509Certificate> read(String own, String above) {
    if (own == null || own.isBlank() || own.length() > MAX_CHARACTERS) {
      return List.of();
    }
    try {
      var chain = own.strip().startsWith(":") ? structured(own, above) : pem(own);
      return isWithinBounds(chain) ? chain : List.of();
    } catch (GeneralSecurityException | IllegalArgumentException malformed) {
      return List.of();
    }
  }

  /** Whether the registry takes it, so that a stranger's costs little. */
  static boolean isWithinBounds(List<X509Certificate> chain) throws GeneralSecurityException {
    var bytes = 0;
    for (var certificate : chain) {
      bytes += certificate.getEncoded().length;
    }
    return !chain.isEmpty()
        && chain.size() <= CertificateBounds.MAX_CHAIN_CERTIFICATES
        && chain.getFirst().getEncoded().length <= CertificateBounds.MAX_CERTIFICATE_BYTES
        && bytes <= CertificateBounds.MAX_CHAIN_BYTES
        && CertificateBounds.allows(chain.getFirst().getPublicKey());
  }

  /** Byte sequences of structured fields (RFC 8941 §3.3.5). */
  private static List<X509Certificate> structured(String own, String above)
      throws GeneralSecurityException {
    List<X509Certificate> chain = new ArrayList<>();
    if (!ITEM.matcher(own.strip()).matches()) {
      throw new IllegalArgumentException("no byte sequence");
    }
    var all = above == null || above.length() > MAX_CHARACTERS ? own : own + "," + above;
    var items = ITEM.matcher(all);
    while (items.find() && chain.size() <= CertificateBounds.MAX_CHAIN_CERTIFICATES) {
      chain.addAll(certificates(Base64.getDecoder().decode(items.group(1))));
    }
    return chain;
  }

  private static List<X509Certificate> pem(String escaped) throws GeneralSecurityException {
    // A plus sign is one: it is of Base64, and no blank.
    var text = URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.US_ASCII);
    return certificates(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static List<X509Certificate> certificates(byte[] bytes) throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(bytes))
        .stream()
        .map(X509Certificate.class::cast)
        .toList();
  }
}
