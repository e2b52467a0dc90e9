package io.muster.registry.bulk;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.rest.problem.Explanation;
import io.muster.rest.problem.RefusedException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;

/**
 * Records of CSV (RFC 4180) below a header. A quoted cell may hold line ends; one that is never
 * closed spoils the line in which it begins and no other. For one thread.
 */
final class CsvRows implements RowSource {
  private static final int MAX_LINES = 100;

  private final Lines lines;
  private final int maxBytes;
  private final ObjectMapper mapper;
  private final CsvHeader header;

  /**
   * Reads the header.
   *
   * @param maxBytes of a record
   * @throws RefusedException with 400 when there is none
   */
  CsvRows(Lines lines, int maxBytes, ObjectMapper mapper) throws IOException {
    this.lines = lines;
    this.maxBytes = maxBytes;
    this.mapper = mapper;
    var first = nextRecord();
    this.header =
        switch (first) {
          case null -> throw RowSource.refused("There is no header.");
          case Rec(_, _, _, var wrong) when wrong != null ->
              throw RowSource.refused("The header cannot be read. " + wrong);
          case Rec it -> CsvHeader.read(it.cells());
        };
  }

  /**
   * A record.
   *
   * @param line its first
   * @param cells null when it is wrong
   * @param wrong null when it is not
   */
  private record Rec(Line line, int bytes, List<String> cells, String wrong) {}

  @Override
  public Row next() throws IOException {
    var found = nextRecord();
    if (found == null) {
      return null;
    }
    if (found.wrong() != null) {
      return RowSource.unreadable(found.line(), found.bytes(), found.wrong());
    }
    if (found.cells().size() != header.columns().size()) {
      return RowSource.unreadable(
          found.line(),
          found.bytes(),
          "The row has %d cells, the header %d."
              .formatted(found.cells().size(), header.columns().size()));
    }
    try {
      return new Row.Readable(
          found.line().number(), found.bytes(), header.device(found.cells(), mapper));
    } catch (RefusedException wrong) {
      return new Row.Unreadable(
          found.line().number(), found.bytes(), Explanation.of(wrong).orElseThrow());
    }
  }

  @Override
  public byte[] digest() {
    return lines.digest();
  }

  private Rec nextRecord() throws IOException {
    for (var line = lines.next(); line != null; line = lines.next()) {
      var found = line.isTooLong() ? wrong(line, "The row is longer than is read.") : read(line);
      if (found.cells() == null || !isBlank(found.cells())) {
        return found;
      }
    }
    return null;
  }

  private static boolean isBlank(List<String> cells) {
    return cells.size() == 1 && cells.getFirst().isBlank();
  }

  private Rec read(Line first) throws IOException {
    var all = new ArrayList<Line>();
    var text = new StringBuilder();
    var bytes = 0;
    for (var line = first; ; line = lines.next()) {
      if (line == null || line.isTooLong() || all.size() == MAX_LINES) {
        return neverClosed(all, line);
      }
      all.add(line);
      bytes += line.length() + 1;
      if (bytes > maxBytes + 1) {
        return neverClosed(all, null);
      }
      try {
        text.append(RowSource.text(line.bytes()));
      } catch (CharacterCodingException notUtf8) {
        return all.size() == 1 ? wrong(first, "The row is not UTF-8.") : neverClosed(all, null);
      }
      switch (CsvText.read(text.toString())) {
        case CsvText.Reading.Cells it -> {
          return new Rec(first, bytes, it.cells(), null);
        }
        case CsvText.Reading.Wrong it -> {
          return all.size() == 1 ? wrong(first, it.detail()) : neverClosed(all, null);
        }
        case CsvText.Reading.Open _ -> text.append('\n');
      }
    }
  }

  /** What came after its first line is read again, for itself. */
  private Rec neverClosed(List<Line> all, Line last) {
    var after = new ArrayList<>(all.subList(1, all.size()));
    if (last != null) {
      after.add(last);
    }
    lines.giveBack(after);
    return wrong(all.getFirst(), "A quote is opened and never closed.");
  }

  private static Rec wrong(Line line, String detail) {
    return new Rec(line, line.length(), null, detail);
  }
}
