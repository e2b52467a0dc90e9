package io.muster.firmware.signing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.firmware.store.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyingKeyTest {

  private static final byte[] ARTIFACT = "an image".getBytes(StandardCharsets.UTF_8);

  @Test
  void aSignatureOverTheFileWithP256IsOneOverItsDigest() throws Exception {
    KeyPair pair = p256("secp256r1");
    byte[] signature = sign("SHA256withECDSA", pair, ARTIFACT);
    VerifyingKey key = VerifyingKey.ofPem(pem(pair));
    assertEquals(VerifyingKey.Algorithm.ECDSA_P256, key.algorithm());
    assertTrue(key.verifies(digest(ARTIFACT), signature));
  }

  @Test
  void withEd25519TheDigestIsTheMessage() throws Exception {
    KeyPair pair = ed25519();
    VerifyingKey key = VerifyingKey.ofPem(pem(pair));
    assertEquals(VerifyingKey.Algorithm.ED25519, key.algorithm());
    assertTrue(key.verifies(digest(ARTIFACT), sign("Ed25519", pair, digest(ARTIFACT).bytes())));
    assertFalse(key.verifies(digest(ARTIFACT), sign("Ed25519", pair, ARTIFACT)));
    assertArrayEquals(pair.getPublic().getEncoded(), key.der());
  }

  @Test
  void aChangedSignatureAnotherDigestOrAnotherKeyDoesNotVerify() throws Exception {
    for (KeyPair pair : new KeyPair[] {ed25519(), p256("secp256r1")}) {
      boolean edwards = pair.getPublic().getAlgorithm().startsWith("Ed");
      byte[] signature =
          edwards
              ? sign("Ed25519", pair, digest(ARTIFACT).bytes())
              : sign("SHA256withECDSA", pair, ARTIFACT);
      VerifyingKey key = VerifyingKey.ofPem(pem(pair));
      VerifyingKey other = VerifyingKey.ofPem(pem(edwards ? ed25519() : p256("secp256r1")));
      assertTrue(key.verifies(digest(ARTIFACT), signature));
      assertFalse(other.verifies(digest(ARTIFACT), signature));
      assertFalse(key.verifies(digest(new byte[1]), signature));
      for (int i = 0; i < signature.length; i++) {
        byte[] changed = signature.clone();
        changed[i] ^= 1;
        assertFalse(key.verifies(digest(ARTIFACT), changed), "byte " + i);
      }
    }
  }

  @Test
  void bytesThatAreNoSignatureAreNone() throws Exception {
    for (KeyPair pair : new KeyPair[] {ed25519(), p256("secp256r1")}) {
      VerifyingKey key = VerifyingKey.ofPem(pem(pair));
      for (int length : new int[] {0, 1, 8, 63, 64, 65, 70, 72, 5000}) {
        assertFalse(key.verifies(digest(ARTIFACT), new byte[length]), "length " + length);
      }
      // r = s = 0: CVE-2022-21449.
      assertFalse(key.verifies(digest(ARTIFACT), HexFormat.of().parseHex("3006020100020100")));
    }
  }

  @Test
  void otherKeysAreRefused() throws Exception {
    var rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    refused(pem(rsa.generateKeyPair()));
    refused(pem(p256("secp384r1")));
    refused(pem(KeyPairGenerator.getInstance("Ed448").generateKeyPair()));
    refused(pem(KeyPairGenerator.getInstance("X25519").generateKeyPair()));
  }

  @Test
  void aPointThatIsNotOnTheCurveIsRefused() throws Exception {
    byte[] der = p256("secp256r1").getPublic().getEncoded();
    der[der.length - 1] ^= 1;
    refused(pem(der));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nA\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
      })
  void whatIsNoKeyIsRefused(String text) {
    refused(text);
  }

  @Test
  void aLongTextIsRefusedUnread() throws Exception {
    refused(pem(ed25519()) + " ".repeat(1024));
  }

  private static void refused(String pem) {
    assertThrows(IllegalArgumentException.class, () -> VerifyingKey.ofPem(pem));
  }

  private static byte[] sign(String algorithm, KeyPair pair, byte[] message) throws Exception {
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(pair.getPrivate());
    signature.update(message);
    return signature.sign();
  }

  private static KeyPair ed25519() throws Exception {
    return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  private static KeyPair p256(String curve) throws Exception {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  private static String pem(KeyPair pair) {
    return pem(pair.getPublic().getEncoded());
  }

  private static String pem(byte[] der) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END PUBLIC KEY-----\n";
  }

  private static Sha256 digest(byte[] bytes) throws Exception {
    return new Sha256(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
  }
}
