package io.muster.registry;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;

/** Key pairs of devices, and the tokens that they sign. */
public final class DeviceKeys {
  private DeviceKeys() {}

  public static KeyPair p256() {
    return pair("EC", "secp256r1");
  }

  public static KeyPair p384() {
    return pair("EC", "secp384r1");
  }

  public static KeyPair ed25519() {
    return pair("Ed25519", null);
  }

  public static KeyPair rsa(int bits) {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of an algorithm of device tokens. */
  public static KeyPair of(String algorithm) {
    return switch (algorithm) {
      case "ES256" -> p256();
      case "EdDSA" -> ed25519();
      case "RS256" -> rsa(2048);
      default -> throw new IllegalArgumentException(algorithm);
    };
  }

  public static String pem(PublicKey key) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  /** Claims that a device's token should have. */
  public static JwtClaims claims(String subject, Instant now) {
    var claims = new JwtClaims();
    claims.setSubject(subject);
    claims.setAudience("muster-mqtt");
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setExpirationTime(NumericDate.fromSeconds(now.plusSeconds(600).getEpochSecond()));
    return claims;
  }

  public static String sign(KeyPair pair, String algorithm, JwtClaims claims) {
    try {
      var jws = new JsonWebSignature();
      jws.setPayload(claims.toJson());
      jws.setKey(pair.getPrivate());
      jws.setAlgorithmHeaderValue(algorithm);
      return jws.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of a kind, on a curve where it needs one. */
  public static KeyPair pair(String algorithm, String curve) {
    try {
      var generator = KeyPairGenerator.getInstance(algorithm);
      if (curve != null) {
        generator.initialize(new ECGenParameterSpec(curve));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
