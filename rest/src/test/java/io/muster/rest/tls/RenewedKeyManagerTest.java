package io.muster.rest.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.Signature;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a handshake is given while files are replaced. */
class RenewedKeyManagerTest {
  @TempDir Path folder;

  private RenewedKeyManager keys;

  @BeforeEach
  void begin() throws Exception {
    for (var name : new String[] {"first", "second", "third"}) {
      Certificates.make(folder, name);
    }
    Files.copy(folder.resolve("first.crt"), folder.resolve("own.crt"));
    Files.copy(folder.resolve("first.key"), folder.resolve("own.key"));
    keys = new RenewedKeyManager(folder.resolve("own.crt"), folder.resolve("own.key"));
  }

  private String alias() {
    return keys.chooseEngineClientAlias(new String[] {"EC"}, null, null);
  }

  private String subject(String alias) {
    return keys.getCertificateChain(alias)[0].getSubjectX500Principal().getName();
  }

  private void replace(String file, String by, int later) throws Exception {
    var target = folder.resolve(file);
    Files.copy(folder.resolve(by), target, StandardCopyOption.REPLACE_EXISTING);
    // Some file systems count in whole seconds.
    Files.setLastModifiedTime(target, FileTime.from(Instant.now().plusSeconds(later)));
  }

  private void replaceBoth(String by, int later) throws Exception {
    replace("own.crt", by + ".crt", later);
    replace("own.key", by + ".key", later);
  }

  @Test
  void renewedFilesAreShownAtTheNextHandshake() throws Exception {
    assertEquals("CN=first", subject(alias()));
    replaceBoth("second", 10);
    var alias = alias();
    assertEquals("CN=second", subject(alias));
    assertBelongTogether(alias);
    assertEquals(alias, alias(), "and are not read again for nothing");
  }

  @Test
  void aHandshakeThatHasBegunGoesOnWithWhatItBeganWith() throws Exception {
    var begun = alias();
    replaceBoth("second", 10);
    alias();
    assertEquals("CN=first", subject(begun));
    assertBelongTogether(begun);
  }

  @Test
  void ofThoseBeforeNothingIsKept() throws Exception {
    var begun = alias();
    replaceBoth("second", 10);
    alias();
    replaceBoth("third", 20);
    alias();
    assertNull(keys.getCertificateChain(begun));
    assertNull(keys.getPrivateKey(begun));
  }

  @Test
  void halfARenewalGoesOnWithTheLast() throws Exception {
    Files.writeString(folder.resolve("own.key"), "half of a key");
    Files.setLastModifiedTime(
        folder.resolve("own.key"), FileTime.from(Instant.now().plusSeconds(10)));
    assertEquals("CN=first", subject(alias()));
    replaceBoth("second", 20);
    assertEquals("CN=second", subject(alias()));
  }

  @Test
  void aCertificateBeforeItsKeyGoesOnWithTheLast() throws Exception {
    replace("own.crt", "second.crt", 10);
    assertEquals("CN=first", subject(alias()));
    assertBelongTogether(alias());
    replace("own.key", "second.key", 10);
    assertEquals("CN=second", subject(alias()));
  }

  @Test
  void filesThatVanishGoOnWithTheLast() throws Exception {
    Files.delete(folder.resolve("own.crt"));
    assertEquals("CN=first", subject(alias()));
    assertNotNull(keys.getPrivateKey(alias()));
  }

  @Test
  void aServerHasItForClientsThatTakeSuchKeys() throws Exception {
    assertNull(keys.chooseEngineServerAlias("RSA", null, null));
    assertEquals("CN=first", subject(keys.chooseEngineServerAlias("EC", null, null)));
    replaceBoth("second", 10);
    assertEquals("CN=second", subject(keys.chooseEngineServerAlias("EC", null, null)));
  }

  private void assertBelongTogether(String alias) throws Exception {
    var signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(keys.getPrivateKey(alias));
    signature.update(new byte[] {1});
    var signed = signature.sign();
    signature.initVerify(keys.getCertificateChain(alias)[0]);
    signature.update(new byte[] {1});
    assertTrue(signature.verify(signed));
  }
}
