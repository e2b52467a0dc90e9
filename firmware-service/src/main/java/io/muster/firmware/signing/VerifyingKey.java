package io.muster.firmware.signing;

import io.muster.firmware.store.Sha256;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The public half of a key that a tenant signs artifacts with: Ed25519 or ECDSA on P-256, and no
 * other. Immutable, thread-safe.
 *
 * <p>What is signed is the artifact's SHA-256. With P-256 that is {@code openssl dgst -sha256
 * -sign} over the file, in DER. With Ed25519 the 32 bytes of the digest are the message: {@code
 * openssl pkeyutl -sign -rawin} over a file that holds them.
 */
public final class VerifyingKey {

  /** Which signatures the key makes. */
  public enum Algorithm {
    ED25519,
    ECDSA_P256
  }

  private static final int MAX_CHARACTERS = 1024;
  private static final Pattern PEM =
      Pattern.compile(
          "\\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----\\s*");
  // DER of the identifiers id-Ed25519 (RFC 8410 §3), and id-ecPublicKey with prime256v1 (RFC 5480
  // §2.1.1), with all before the key.
  private static final byte[] ED25519_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");
  private static final byte[] P256_HEAD =
      HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");
  // y² = x³ - 3x + b over this prime (SEC 2 §2.4.2).
  private static final BigInteger PRIME =
      new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
  private static final BigInteger B =
      new BigInteger("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);

  private final Algorithm algorithm;
  private final PublicKey key;

  private VerifyingKey(Algorithm algorithm, PublicKey key) {
    this.algorithm = algorithm;
    this.key = key;
  }

  /**
   * @param pem an X.509 SubjectPublicKeyInfo as {@code openssl pkey -pubout} writes it
   * @throws IllegalArgumentException with a reason for the sender, if it is none of the two kinds
   */
  public static VerifyingKey ofPem(String pem) {
    if (pem == null || pem.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException(
          "A public key has at most " + MAX_CHARACTERS + " characters");
    }
    var matcher = PEM.matcher(pem);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("It is no public key in PEM (BEGIN PUBLIC KEY)");
    }
    return ofDer(decoded(matcher.group(1)));
  }

  /**
   * @param der what {@link #der} gave
   * @throws IllegalArgumentException if it is something else
   */
  public static VerifyingKey ofStored(byte[] der) {
    return ofDer(der);
  }

  /** Which signatures it makes. */
  public Algorithm algorithm() {
    return algorithm;
  }

  /** The key as DER; what it is stored as and known by. */
  public byte[] der() {
    return key.getEncoded();
  }

  /**
   * Whether the holder of the private half signed that digest. Bytes that are no signature at all
   * are just not one: false.
   */
  public boolean verifies(Sha256 digest, byte[] signature) {
    try {
      Signature check =
          Signature.getInstance(algorithm == Algorithm.ED25519 ? "Ed25519" : "NONEwithECDSA");
      check.initVerify(key);
      check.update(digest.bytes());
      return check.verify(signature);
    } catch (SignatureException malformed) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java has " + algorithm, e);
    }
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("It is no base64 between BEGIN and END");
    }
  }

  private static VerifyingKey ofDer(byte[] der) {
    if (begins(der, ED25519_HEAD, 32)) {
      return new VerifyingKey(Algorithm.ED25519, key("Ed25519", der));
    }
    if (begins(der, P256_HEAD, 65)) {
      PublicKey key = key("EC", der);
      requireOnCurve((ECPublicKey) key);
      return new VerifyingKey(Algorithm.ECDSA_P256, key);
    }
    throw new IllegalArgumentException(
        "A key is Ed25519, or ECDSA on P-256 with an uncompressed point");
  }

  private static boolean begins(byte[] der, byte[] head, int rest) {
    return der.length == head.length + rest
        && Arrays.equals(der, 0, head.length, head, 0, head.length);
  }

  private static PublicKey key(String factory, byte[] der) {
    try {
      return KeyFactory.getInstance(factory).generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("It is no key of its kind");
    }
  }

  private static void requireOnCurve(ECPublicKey key) {
    BigInteger x = key.getW().getAffineX();
    BigInteger y = key.getW().getAffineY();
    BigInteger right = x.pow(3).subtract(x.multiply(BigInteger.valueOf(3))).add(B).mod(PRIME);
    if (x.compareTo(PRIME) >= 0 || y.compareTo(PRIME) >= 0 || !y.pow(2).mod(PRIME).equals(right)) {
      throw new IllegalArgumentException("It is no point of P-256");
    }
  }
}
