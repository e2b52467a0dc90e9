package io.muster.localstack.replay;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvReadException;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.muster.localstack.UserMistake;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The rows of a CSV file (RFC 4180, UTF-8, first row the names), one at a time; the file may be
 * larger than memory. Not safe for use by several threads.
 */
final class CsvReadings implements AutoCloseable {
  private static final CsvMapper CSV =
      CsvMapper.builder().enable(CsvParser.Feature.WRAP_AS_ARRAY).build();
  private static final String OWN_TIME = "ts";

  private final Path file;
  private final BufferedReader reader;
  private final MappingIterator<String[]> rows;
  private final List<String> names;
  private final int timeColumn;

  private CsvReadings(Path file, BufferedReader reader, String timeName) throws IOException {
    this.file = file;
    this.reader = reader;
    this.rows = CSV.readerFor(String[].class).with(CsvSchema.emptySchema()).readValues(reader);
    if (!rows.hasNext()) {
      throw new UserMistake(file + " is empty.");
    }
    this.names =
        List.of(rows.next()).stream().map(name -> name.strip().replace("\uFEFF", "")).toList();
    this.timeColumn = names.indexOf(timeName);
    checkNames(timeName);
  }

  /**
   * Opens the file and reads its names.
   *
   * @param timeName the column that holds each reading's time
   * @throws UserMistake when it cannot be read, has no such column or the same one twice
   */
  static CsvReadings open(Path file, String timeName) {
    try {
      var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
      try {
        return new CsvReadings(file, reader, timeName);
      } catch (IOException | RuntimeException e) {
        reader.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw new UserMistake("There is no file " + file + ".", e);
    } catch (IOException e) {
      throw new UserMistake(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * @throws UserMistake when the next row is malformed
   */
  boolean hasNext() {
    try {
      return rows.hasNextValue();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * @throws UserMistake when it is malformed
   * @throws NoSuchElementException when there are no more
   */
  Reading next() {
    try {
      var place = file + ", line " + rows.getCurrentLocation().getLineNr();
      var cells = rows.nextValue();
      if (cells.length != names.size()) {
        throw new UserMistake(
            "%s: %d cells, but the header names %d.".formatted(place, cells.length, names.size()));
      }
      return Reading.of(names, timeColumn, cells, place);
    } catch (RuntimeJsonMappingException | IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public void close() throws IOException {
    rows.close();
    reader.close();
  }

  private void checkNames(String timeName) {
    if (timeColumn < 0) {
      throw new UserMistake(
          "%s has no column “%s”; it has %s. Say which holds the time with --time."
              .formatted(file, timeName, String.join(", ", names)));
    }
    var seen = new HashSet<String>();
    for (var name : names) {
      if (name.isEmpty() || !seen.add(name)) {
        throw new UserMistake(
            name.isEmpty()
                ? file + " has a column without a name."
                : file + " has two columns “" + name + "”.");
      }
    }
    if (names.contains(OWN_TIME) && !OWN_TIME.equals(timeName)) {
      throw new UserMistake(
          file
              + " has a column “ts”, which in a reading is its time. Rename it, or say --time ts.");
    }
  }

  private UserMistake unreadable(Exception e) {
    var cause = e instanceof RuntimeJsonMappingException ? e.getCause() : e;
    var what =
        switch (cause) {
          case CharacterCodingException _ -> "it is not UTF-8 text";
          case CsvReadException bad ->
              "line %d: %s".formatted(bad.getLocation().getLineNr(), bad.getOriginalMessage());
          default -> String.valueOf(cause.getMessage());
        };
    return new UserMistake(file + " cannot be read: " + what + ".", e);
  }
}
