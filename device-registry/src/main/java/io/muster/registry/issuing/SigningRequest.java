package io.muster.registry.issuing;

import io.muster.contract.registry.CertificateBounds;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * A certification request (PKCS #10, RFC 2986) whose sender holds the key: it signed it. Nothing
 * else in it matters; who the certificate is for, the sender has shown otherwise.
 *
 * @param key whose certificate is asked for
 */
public record SigningRequest(PublicKey key) {
  private static final String BEGIN = "-----BEGIN CERTIFICATE REQUEST-----";
  private static final String END = "-----END CERTIFICATE REQUEST-----";
  private static final int MAX_CHARACTERS = 16_384;
  private static final Set<ASN1ObjectIdentifier> ALGORITHMS =
      Set.of(
          X9ObjectIdentifiers.ecdsa_with_SHA256,
          X9ObjectIdentifiers.ecdsa_with_SHA384,
          EdECObjectIdentifiers.id_Ed25519,
          PKCSObjectIdentifiers.sha256WithRSAEncryption,
          PKCSObjectIdentifiers.sha384WithRSAEncryption);

  /** Why a request cannot be served, in words for the sender. */
  public static final class UnfitRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    UnfitRequestException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * @param text one PEM block {@code CERTIFICATE REQUEST} (RFC 7468 §7)
   * @throws UnfitRequestException when it is none, or its sender does not hold the key
   */
  public static SigningRequest read(String text) throws UnfitRequestException {
    var der = der(text);
    try {
      var request = new JcaPKCS10CertificationRequest(der);
      var key = request.getPublicKey();
      if (!CertificateBounds.allows(key)) {
        throw new UnfitRequestException(
            "has a key of another kind or size than " + CertificateBounds.KEYS);
      }
      if (!ALGORITHMS.contains(request.getSignatureAlgorithm().getAlgorithm())
          || !request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw new UnfitRequestException("is not signed with its own key, by SHA-256 or SHA-384");
      }
      return new SigningRequest(key);
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException unreadable) {
      // The library throws whatever unexpected content leads to.
      throw new UnfitRequestException("cannot be read as a PKCS #10 certification request");
    }
  }

  private static byte[] der(String text) throws UnfitRequestException {
    if (text.length() > MAX_CHARACTERS) {
      throw new UnfitRequestException("is longer than %d characters".formatted(MAX_CHARACTERS));
    }
    var block = text.strip();
    if (!block.startsWith(BEGIN)
        || !block.endsWith(END)
        || block.length() < BEGIN.length() + END.length()) {
      throw new UnfitRequestException("is no PEM block 'CERTIFICATE REQUEST'");
    }
    try {
      var base64 = block.substring(BEGIN.length(), block.length() - END.length());
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException unreadable) {
      throw new UnfitRequestException("cannot be read as a PKCS #10 certification request");
    }
  }
}
