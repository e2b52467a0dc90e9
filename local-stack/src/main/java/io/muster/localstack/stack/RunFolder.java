package io.muster.localstack.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.muster.localstack.files.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The files that say what runs: one for each process, so that another {@code ./muster} can tell,
 * also after the supervisor was killed. Safe for use by several threads and processes.
 */
final class RunFolder {
  /** The process that watches the others. */
  static final String SUPERVISOR = "supervisor";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  private final Path folder;

  RunFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * @throws UncheckedIOException when it cannot be written
   */
  void write(ProcessRecord record) {
    try {
      PrivateFiles.write(file(record.name()), JSON.writeValueAsString(record));
    } catch (IOException e) {
      throw failure("cannot write", file(record.name()), e);
    }
  }

  /**
   * @throws UncheckedIOException when it cannot be removed
   */
  void remove(String name) {
    try {
      Files.deleteIfExists(file(name));
    } catch (IOException e) {
      throw failure("cannot remove", file(name), e);
    }
  }

  Optional<ProcessRecord> supervisor() {
    return read(file(SUPERVISOR));
  }

  /** All but the supervisor, by name. */
  List<ProcessRecord> children() {
    var records = new ArrayList<ProcessRecord>();
    if (Files.isDirectory(folder)) {
      try (var files = Files.newDirectoryStream(folder, "*.json")) {
        files.forEach(file -> read(file).ifPresent(records::add));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + folder, e);
      }
    }
    records.removeIf(record -> record.name().equals(SUPERVISOR));
    records.sort(Comparator.comparing(ProcessRecord::name));
    return records;
  }

  private Optional<ProcessRecord> read(Path file) {
    try {
      return Optional.of(JSON.readValue(Files.readString(file), ProcessRecord.class));
    } catch (IOException absentOrForeign) {
      return Optional.empty();
    }
  }

  private static UncheckedIOException failure(String what, Path file, IOException e) {
    return new UncheckedIOException("%s %s: %s".formatted(what, file, e.getMessage()), e);
  }

  private Path file(String name) {
    return folder.resolve(name + ".json");
  }
}
