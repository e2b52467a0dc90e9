package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.packets.PacketDecoderFuzzer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * Inputs of a fuzzer that are kept in {@code fuzz/*.inputs}: a name and bytes in hexadecimal in
 * each line. Some show the way ({@code seed-…}), the others once showed a mistake.
 */
enum FuzzInputs {
  DECODER(PacketDecoderFuzzer.class, PacketDecoderFuzzer::fuzzerTestOneInput),
  SESSION(SessionFuzzer.class, SessionFuzzer::fuzzerTestOneInput);

  /** What is run with each input. */
  interface Target {
    void take(byte[] input) throws Exception;
  }

  record Input(String name, byte[] bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  final Class<?> fuzzer;
  final Target target;

  FuzzInputs(Class<?> fuzzer, Target target) {
    this.fuzzer = fuzzer;
    this.target = target;
  }

  String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Where they are kept, below the test's resources. */
  String resource() {
    return "fuzz/" + label() + ".inputs";
  }

  List<Input> kept() {
    try (var in = FuzzInputs.class.getClassLoader().getResourceAsStream(resource());
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      return lines
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(FuzzInputs::read)
          .toList();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private static Input read(String line) {
    var parts = line.split(" +", 2);
    return new Input(parts[0], parts.length == 1 ? new byte[0] : HexFormat.of().parseHex(parts[1]));
  }
}
