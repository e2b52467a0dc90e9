package io.muster.registry.credentials;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import io.muster.registry.DeviceKeys;
import io.muster.registry.credentials.PublicKeyText.UnfitKeyException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicKeyTextTest {
  private static byte[] read(String text, KeyAlgorithm algorithm) throws UnfitKeyException {
    return PublicKeyText.read(new TextNode(text), algorithm);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", " \n\t"})
  void readsAPemWhateverEndsItsLines(String end) throws UnfitKeyException {
    var key = DeviceKeys.p256().getPublic();
    var pem = end + DeviceKeys.pem(key).replace("\n", end) + end;
    assertArrayEquals(key.getEncoded(), read(pem, KeyAlgorithm.ES256));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "x-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n%%%%\n-----END PUBLIC KEY-----"
      })
  void refusesWhatIsNoPem(String text) {
    assertThrows(UnfitKeyException.class, () -> read(text, KeyAlgorithm.ES256));
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void takesNoMinutesForManyBlanks() {
    var blanks = "-----BEGIN PUBLIC KEY-----" + " ".repeat(8_000);
    assertThrows(UnfitKeyException.class, () -> read(blanks, KeyAlgorithm.ES256));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\",\"y\":\"\"}",
        "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}",
        "{\"kty\":[]}",
        "{}"
      })
  void refusesAJwkWithoutAKey(String jwk) {
    assertThrows(UnfitKeyException.class, () -> read(jwk, KeyAlgorithm.EDDSA));
  }

  @Test
  void refusesAnRsaKeyThatCostsItsVerifierTooMuch() throws GeneralSecurityException {
    var usual = (RSAPublicKey) DeviceKeys.rsa(2048).getPublic();
    var exponent = BigInteger.ONE.shiftLeft(2_000).add(BigInteger.ONE);
    var costly =
        KeyFactory.getInstance("RSA")
            .generatePublic(new RSAPublicKeySpec(usual.getModulus(), exponent));
    assertThrows(UnfitKeyException.class, () -> read(DeviceKeys.pem(costly), KeyAlgorithm.RS256));
  }

  @Test
  void refusesAnythingButTextAndAnObject() {
    assertThrows(
        UnfitKeyException.class,
        () -> PublicKeyText.read(JsonNodeFactory.instance.numberNode(1), KeyAlgorithm.ES256));
  }
}
