package io.muster.firmware.manifest;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The key that manifests are signed with: ECDSA on P-256. Its file holds the private half and then
 * the public one, both in PEM. Immutable, thread-safe.
 */
final class ManifestKey {
  private static final Pattern FILE =
      Pattern.compile(
          "\\s*-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----"
              + "\\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----\\s*");
  private static final int ID_BYTES = 8;
  private static final int P256_BITS = 256;
  private static final int COORDINATE_BYTES = 32;

  private final PrivateKey privateKey;
  private final ECPublicKey publicKey;

  private ManifestKey(PrivateKey privateKey, ECPublicKey publicKey) {
    this.privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /**
   * The key of a file, which is made when there is none. Of several processes that do so at once
   * one wins, and all have its key.
   *
   * @throws IOException when the file can be neither read nor made, or holds something else
   */
  static ManifestKey of(Path file) throws IOException {
    if (!Files.exists(file)) {
      generate().write(file);
    }
    return read(file);
  }

  /**
   * The key of a file.
   *
   * @throws IOException when the file cannot be read, or holds something else
   */
  static ManifestKey read(Path file) throws IOException {
    var key = read(Files.readString(file), file);
    // Two halves that do not belong together would sign what nobody can verify.
    if (!key.verifies(new byte[] {1}, key.sign(new byte[] {1}))) {
      throw new IOException(file + " holds a public key of another private key");
    }
    return key;
  }

  /** ES256 as in JWS (RFC 7518 §3.4): R and S, 32 bytes each. */
  byte[] sign(byte[] bytes) {
    try {
      var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(privateKey);
      signature.update(bytes);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java signs with P-256", e);
    }
  }

  boolean verifies(byte[] bytes, byte[] signed) {
    try {
      var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initVerify(publicKey);
      signature.update(bytes);
      return signature.verify(signed);
    } catch (GeneralSecurityException malformed) {
      return false;
    }
  }

  /** The public half, SubjectPublicKeyInfo in DER. */
  byte[] publicKey() {
    return publicKey.getEncoded();
  }

  /** Which key it is: the beginning of the public half's SHA-256. */
  String id() {
    try {
      var digest = java.security.MessageDigest.getInstance("SHA-256").digest(publicKey());
      return HexFormat.of().formatHex(digest, 0, ID_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static ManifestKey generate() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      var pair = generator.generateKeyPair();
      return new ManifestKey(pair.getPrivate(), (ECPublicKey) pair.getPublic());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has P-256", e);
    }
  }

  /**
   * Writes it into a file that it alone is in, safe on the disk and readable by its owner alone;
   * one that is there already stays.
   */
  void write(Path file) throws IOException {
    var folder = Files.createDirectories(file.toAbsolutePath().getParent());
    var draft =
        Files.createTempFile(
            folder,
            "manifest-key",
            ".tmp",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      writeSafely(draft, text());
      // Unlike a move this never replaces what another process has made meanwhile.
      Files.createLink(file, draft);
      force(folder);
    } catch (FileAlreadyExistsException made) {
      // That one counts.
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static void writeSafely(Path file, String text) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      var bytes = StandardCharsets.US_ASCII.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** So that its entry is there after a loss of power. */
  private static void force(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private String text() {
    return pem("PRIVATE KEY", privateKey.getEncoded()) + pem("PUBLIC KEY", publicKey());
  }

  /** Of the public point, as JWK has it. */
  byte[] x() {
    return coordinate(publicKey.getW().getAffineX());
  }

  /** Of the public point, as JWK has it. */
  byte[] y() {
    return coordinate(publicKey.getW().getAffineY());
  }

  private static byte[] coordinate(BigInteger value) {
    var signed = value.toByteArray();
    var bytes = new byte[COORDINATE_BYTES];
    var length = Math.min(signed.length, COORDINATE_BYTES);
    System.arraycopy(signed, signed.length - length, bytes, COORDINATE_BYTES - length, length);
    return bytes;
  }

  static String pem(String what, byte[] der) {
    var lines =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(what, lines);
  }

  private static ManifestKey read(String text, Path file) throws IOException {
    var pem = FILE.matcher(text);
    try {
      if (pem.matches()) {
        var keys = KeyFactory.getInstance("EC");
        var secret = keys.generatePrivate(new PKCS8EncodedKeySpec(der(pem.group(1))));
        var open = keys.generatePublic(new X509EncodedKeySpec(der(pem.group(2))));
        if (secret instanceof ECPrivateKey ec
            && ec.getParams().getCurve().getField().getFieldSize() == P256_BITS) {
          return new ManifestKey(secret, (ECPublicKey) open);
        }
      }
    } catch (GeneralSecurityException | IllegalArgumentException malformed) {
      // Nothing of it is told: it is a secret.
    }
    throw new IOException(
        file + " is no private key (PKCS #8) and public key of ECDSA on P-256 in PEM");
  }

  private static byte[] der(String base64) {
    return Base64.getMimeDecoder().decode(base64);
  }
}
