package io.muster.systemtests.firmware;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.systemtests.stack.CommandLineTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A file in chunks, made as SWUpdate's documentation of delta updates has it.
 *
 * @param bytes all of it: what devices fetch parts of
 * @param headerBytes how long its header is, which goes into an image and says what chunks there
 *     are
 */
record ZchunkFile(byte[] bytes, int headerBytes) {
  private static final Pattern HEADER_SIZE = Pattern.compile("Header size: *([0-9]+)");

  /** Makes one, in a folder. */
  static ZchunkFile make(Path folder, byte[] content) throws IOException, InterruptedException {
    CommandLineTools.require("zck", "zck_read_header");
    var plain = Files.write(folder.resolve("content.bin"), content);
    var made = folder.resolve("content.zck").toString();
    run("zck", "-u", "--chunk-hash-type", "sha256", "--output", made, plain.toString());
    var size = HEADER_SIZE.matcher(run("zck_read_header", "-v", made));
    if (!size.find()) {
      throw new IOException("zck_read_header tells no size");
    }
    return new ZchunkFile(Files.readAllBytes(Path.of(made)), Integer.parseInt(size.group(1)));
  }

  byte[] header() {
    return Arrays.copyOf(bytes, headerBytes);
  }

  String sha256() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command[0] + ": " + output);
    }
    return output;
  }
}
