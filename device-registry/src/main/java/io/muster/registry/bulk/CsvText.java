package io.muster.registry.bulk;

import java.util.ArrayList;
import java.util.List;

/** Reads and writes records of CSV as RFC 4180 has them. Stateless. */
final class CsvText {
  /** What the text of a record turned out to be. */
  sealed interface Reading {
    /** Its cells. */
    record Cells(List<String> cells) implements Reading {}

    /** A quoted cell goes on in the next line. */
    record Open() implements Reading {}

    /** It is none. */
    record Wrong(String detail) implements Reading {}
  }

  private CsvText() {}

  /**
   * @param text one or more lines, without the last line feed
   */
  static Reading read(String text) {
    var cells = new ArrayList<String>();
    var cell = new StringBuilder();
    var at = 0;
    var end = text.length();
    while (true) {
      cell.setLength(0);
      if (at < end && text.charAt(at) == '"') {
        at = quoted(text, at + 1, cell);
        if (at < 0) {
          return new Reading.Open();
        }
        if (at < end && text.charAt(at) != ',' && !isLastReturn(text, at)) {
          return new Reading.Wrong("Something follows a closing quote.");
        }
      } else {
        at = plain(text, at, cell);
        if (at < end && text.charAt(at) == '"') {
          return new Reading.Wrong("There is a quote within a cell that does not begin with one.");
        }
      }
      cells.add(cell.toString());
      if (at >= end || text.charAt(at) != ',') {
        return new Reading.Cells(cells);
      }
      at++;
    }
  }

  /** Where the cell has ended, behind its closing quote; less than 0 when it has not. */
  private static int quoted(String text, int from, StringBuilder cell) {
    for (var at = from; at < text.length(); at++) {
      var c = text.charAt(at);
      if (c != '"') {
        cell.append(c);
      } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
        cell.append('"');
        at++;
      } else {
        return at + 1;
      }
    }
    return -1;
  }

  /** Where the cell has ended: at a comma, the end, or a quote, which it must not hold. */
  private static int plain(String text, int from, StringBuilder cell) {
    var at = from;
    while (at < text.length()
        && text.charAt(at) != ','
        && text.charAt(at) != '"'
        && !isLastReturn(text, at)) {
      cell.append(text.charAt(at++));
    }
    return at;
  }

  /** Lines end with CR LF, and the LF is gone already. */
  private static boolean isLastReturn(String text, int at) {
    return at == text.length() - 1 && text.charAt(at) == '\r';
  }

  /** Appends a record with its line end. */
  static void write(List<String> cells, StringBuilder to) {
    for (var i = 0; i < cells.size(); i++) {
      if (i > 0) {
        to.append(',');
      }
      writeCell(cells.get(i), to);
    }
    to.append("\r\n");
  }

  private static void writeCell(String cell, StringBuilder to) {
    if (cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')) {
      to.append(cell);
    } else {
      to.append('"').append(cell.replace("\"", "\"\"")).append('"');
    }
  }
}
