package io.muster.localstack.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Files that only their owner may read. They are replaced by renaming, so that a reader sees the
 * old content or the new one and never half of it.
 */
public final class PrivateFiles {
  private static final int GENERATED_SECRET_BYTES = 24;
  private static final String CLOSED = "rwx------";

  private PrivateFiles() {}

  /**
   * Makes the folder and what is missing above it, all with mode 0700.
   *
   * @throws IOException when it cannot be made
   */
  public static Path folder(Path folder) throws IOException {
    return Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(CLOSED)));
  }

  /**
   * Makes the folder like {@link #folder}, and closes it when it was there and open to others.
   *
   * @throws IOException when it cannot be made, or belongs to somebody else
   */
  public static Path closedFolder(Path folder) throws IOException {
    folder(folder);
    return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(CLOSED));
  }

  /**
   * Writes the text with mode 0600.
   *
   * @throws IOException when it cannot be written
   */
  public static void write(Path file, String text) throws IOException {
    folder(file.toAbsolutePath().getParent());
    var fresh =
        Files.createTempFile(
            file.toAbsolutePath().getParent(),
            "." + file.getFileName(),
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(fresh, text, StandardCharsets.UTF_8);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /**
   * The secret in the file; at the first call one is generated (192 random bits, Base64url).
   *
   * @throws IOException when it can neither be read nor written
   */
  public static String secret(Path file) throws IOException {
    if (!Files.exists(file)) {
      var random = new byte[GENERATED_SECRET_BYTES];
      new SecureRandom().nextBytes(random);
      write(file, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    }
    return Files.readString(file).strip();
  }
}
