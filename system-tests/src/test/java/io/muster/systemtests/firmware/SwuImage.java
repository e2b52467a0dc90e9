package io.muster.systemtests.firmware;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An image for SWUpdate, as its documentation has it: a cpio archive (format {@code crc}) of a
 * description, its CMS signature, and a file to be installed. The signature is SWUpdate's own and
 * has nothing to do with the service's.
 *
 * @param bytes of the image
 * @param certificate that SWUpdate verifies the description with
 */
record SwuImage(byte[] bytes, Path certificate) {
  private static final int CRC = 0x070702;
  private static final long PATIENCE_SECONDS = 60;

  /**
   * Makes one.
   *
   * @param folder where what is needed for it goes
   * @param payload to be installed
   * @param target where it is installed
   */
  static SwuImage make(Path folder, byte[] payload, Path target)
      throws IOException, InterruptedException, GeneralSecurityException {
    return make(folder, "payload.bin", payload, "path = \"%s\";".formatted(target));
  }

  /**
   * Makes one of a file that the device puts together of what it has and what it fetches.
   *
   * @param chunks of the file
   * @param url where these are
   * @param source what the device has
   */
  static SwuImage delta(Path folder, ZchunkFile chunks, String url, Path source, Path target)
      throws IOException, InterruptedException, GeneralSecurityException {
    var entry =
        """
        type = "delta"; path = "%s";
          properties: { url = "%s"; source = "%s"; chain = "rawfile"; zckloglevel = "error"; };\
        """
            .formatted(target, url, source);
    return make(folder, "header.zck", chunks.header(), entry);
  }

  private static SwuImage make(Path folder, String name, byte[] file, String entry)
      throws IOException, InterruptedException, GeneralSecurityException {
    var certificate = folder.resolve("release.crt");
    var key = folder.resolve("release.key");
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=release"
            + " -addext extendedKeyUsage=emailProtection -keyout %s -out %s",
        key, certificate);
    var description = folder.resolve("sw-description");
    Files.writeString(description, description(name, file, entry));
    var signature = folder.resolve("sw-description.sig");
    openssl(
        "cms -sign -in %s -out %s -signer %s -inkey %s -outform DER -nosmimecap -binary",
        description, signature, certificate, key);
    var archive = new ByteArrayOutputStream();
    entry(archive, 1, "sw-description", Files.readAllBytes(description));
    entry(archive, 2, "sw-description.sig", Files.readAllBytes(signature));
    entry(archive, 3, name, file);
    entry(archive, 0, "TRAILER!!!", new byte[0]);
    pad(archive, 512);
    return new SwuImage(archive.toByteArray(), certificate);
  }

  private static String description(String name, byte[] file, String entry)
      throws GeneralSecurityException {
    return """
    software = {
      version = "1.0";
      hardware-compatibility: [ "1.0" ];
      files: ({ filename = "%s"; sha256 = "%s"; %s });
    }
    """
        .formatted(name, sha256(file), entry);
  }

  private static String sha256(byte[] bytes) throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  /** One file (cpio's "new CRC format"): a header of thirteen numbers, the name, the bytes. */
  private static void entry(ByteArrayOutputStream archive, int inode, String name, byte[] bytes) {
    long sum = 0;
    for (var each : bytes) {
      sum += each & 0xff;
    }
    var plainFile = inode == 0 ? 0 : 0100644;
    var numbers =
        List.<Long>of(
            (long) inode,
            (long) plainFile,
            0L,
            0L,
            1L,
            0L,
            (long) bytes.length,
            0L,
            0L,
            0L,
            0L,
            name.length() + 1L,
            sum & 0xffff_ffffL);
    var header = new StringBuilder("%06X".formatted(CRC));
    numbers.forEach(number -> header.append("%08X".formatted(number)));
    archive.writeBytes((header + name + "\0").getBytes(StandardCharsets.US_ASCII));
    pad(archive, 4);
    archive.writeBytes(bytes);
    pad(archive, 4);
  }

  private static void pad(ByteArrayOutputStream archive, int multiple) {
    archive.writeBytes(new byte[Math.floorMod(-archive.size(), multiple)]);
  }

  private static void openssl(String arguments, Object... files)
      throws IOException, InterruptedException {
    var command = ("openssl " + arguments.formatted(files)).split(" ");
    var process = new ProcessBuilder(command).inheritIO().start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("openssl " + arguments);
    }
  }
}
