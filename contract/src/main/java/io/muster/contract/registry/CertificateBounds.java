package io.muster.contract.registry;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a device's client certificate (X.509, RFC 5280) may be like, so that what the registry takes
 * the endpoint takes too, and a stranger's costs little. Stateless.
 */
public final class CertificateBounds {
  /** The longest certificate, in bytes of DER. */
  public static final int MAX_CERTIFICATE_BYTES = 8_192;

  /** The most certificates of a chain, the device's own among them. */
  public static final int MAX_CHAIN_CERTIFICATES = 4;

  /** The longest chain, in bytes of DER. */
  public static final int MAX_CHAIN_BYTES = 16_384;

  /** The keys that a device may have, in words. */
  public static final String KEYS = "RSA of 2048 to 4096 bits, EC P-256 or P-384, or Ed25519";

  private static final int MIN_RSA_BITS = 2_048;
  // A longer key, or a longer exponent, costs whoever verifies and not whoever shows it.
  private static final int MAX_RSA_BITS = 4_096;
  private static final int MAX_RSA_EXPONENT_BITS = 32;
  private static final List<ECParameterSpec> CURVES =
      Stream.of("secp256r1", "secp384r1").map(CertificateBounds::curve).toList();

  private CertificateBounds() {}

  /** Whether a device may have such a key: {@link #KEYS}. */
  public static boolean allows(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa ->
          rsa.getModulus().bitLength() >= MIN_RSA_BITS
              && rsa.getModulus().bitLength() <= MAX_RSA_BITS
              && rsa.getPublicExponent().bitLength() <= MAX_RSA_EXPONENT_BITS;
      case ECPublicKey ec -> CURVES.stream().anyMatch(curve -> isOn(curve, ec.getParams()));
      case EdECPublicKey ed ->
          ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
      default -> false;
    };
  }

  /** What a certificate is known by: SHA-256 of its DER, all of it. */
  public static byte[] fingerprint(byte[] der) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(der);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }

  private static boolean isOn(ECParameterSpec curve, ECParameterSpec given) {
    return given.getCurve().equals(curve.getCurve())
        && given.getGenerator().equals(curve.getGenerator())
        && given.getOrder().equals(curve.getOrder());
  }

  private static ECParameterSpec curve(String name) {
    try {
      var parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(name));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this Java has no " + name, missing);
    }
  }
}
