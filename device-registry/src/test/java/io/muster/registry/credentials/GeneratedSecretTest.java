package io.muster.registry.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class GeneratedSecretTest {
  @Test
  void itHas256BitsInBase64UrlWithoutPadding() {
    var secret = GeneratedSecret.draw(new SecureRandom());
    assertTrue(secret.text().matches("[A-Za-z0-9_-]{43}"));
    assertEquals(32, Base64.getUrlDecoder().decode(secret.text()).length);
  }

  @Test
  void itsPlainSha256IsWhatIsKept() throws Exception {
    var secret = new GeneratedSecret("abc");
    var expected =
        MessageDigest.getInstance("SHA-256").digest("abc".getBytes(StandardCharsets.UTF_8));
    assertTrue(Arrays.equals(expected, secret.sha256()));
    assertTrue(secret.matches(expected));
    assertFalse(new GeneratedSecret("abd").matches(expected));
    assertFalse(secret.matches(new byte[0]));
  }

  @Test
  void itDoesNotShowWhenPrinted() {
    assertFalse(new GeneratedSecret("tell-nobody").toString().contains("tell"));
    assertFalse(
        new CredentialView(
                null, "secret", null, null, null, null, "tell-nobody", null, null, null, null)
            .toString()
            .contains("tell"));
  }
}
