package io.muster.firmware.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

  private static final String PATH = "../../../../../../../etc/passwd0";

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "..",
        PATH,
        PATH + PATH,
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b982",
        "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824",
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n",
        "2CF24DBA5FB0A30E26E83B2AC5B9E29E",
        "2cf24dba5fb0a30e26e83b2ac5b9e29/",
        "2cf24dba5fb0a30e26e83b2ac5b9e29\0"
      })
  void nothingButADigestOrAnUploadsNameBecomesPartOfAPath(String text) {
    assertThrows(IllegalArgumentException.class, () -> new Sha256(text));
    assertThrows(IllegalArgumentException.class, () -> new UploadId(text));
  }

  @Test
  void anUploadsNameIsDrawnInItsOwnForm() {
    UploadId drawn = UploadId.random(new SecureRandom());
    assertEquals(drawn, new UploadId(drawn.hex()));
  }
}
