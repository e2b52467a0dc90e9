package io.muster.benchmarks.report;

import java.util.List;

/** A table as Markdown; all columns but the first ones are numbers. Not thread-safe. */
public final class Table {
  private final StringBuilder text = new StringBuilder();
  private final int columns;

  /**
   * @param words how many columns, from the left, hold words
   * @param titles of the columns
   */
  public Table(int words, List<String> titles) {
    this.columns = titles.size();
    append(titles);
    text.append("|---".repeat(words)).append("|--:".repeat(columns - words)).append("|\n");
  }

  /** Adds a line with as many cells as there are columns. */
  public Table line(Object... cells) {
    if (cells.length != columns) {
      throw new IllegalArgumentException(cells.length + " cells for " + columns + " columns");
    }
    append(List.of(cells));
    return this;
  }

  private void append(List<?> cells) {
    cells.forEach(cell -> text.append("| ").append(cell).append(' '));
    text.append("|\n");
  }

  public String markdown() {
    return text.toString();
  }
}
