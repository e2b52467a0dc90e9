package io.muster.rest.tls;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Certificates for localhost that sign themselves, in PEM. */
final class Certificates {
  private static final char[] PASSWORD = "changeit".toCharArray();

  /** By name. The JDK has no way to make them but its tool, which takes a second. */
  private static final Map<String, KeyStore> MADE = new ConcurrentHashMap<>();

  private Certificates() {}

  /** Writes {@code name.crt} and {@code name.key}, the same for a name as before. */
  static void make(Path folder, String name) throws Exception {
    var store = MADE.get(name);
    if (store == null) {
      store = made(folder, name);
      MADE.put(name, store);
    }
    pem(folder.resolve(name + ".crt"), "CERTIFICATE", store.getCertificate("own").getEncoded());
    pem(folder.resolve(name + ".key"), "PRIVATE KEY", store.getKey("own", PASSWORD).getEncoded());
  }

  private static KeyStore made(Path folder, String name) throws Exception {
    var file = Files.createTempFile(folder, name, ".p12");
    Files.delete(file);
    var tool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "-genkeypair",
                "-alias",
                "own",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!tool.waitFor(2, TimeUnit.MINUTES) || tool.exitValue() != 0) {
      throw new IllegalStateException("keytool made no certificate");
    }
    return KeyStore.getInstance(file.toFile(), PASSWORD);
  }

  private static void pem(Path file, String label, byte[] der) throws Exception {
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, lines, label));
  }
}
