package io.muster.localstack.terminal;

import java.io.PrintStream;
import java.util.Map;

/**
 * What the commands print on. Colours only where a person looks and has not set {@code NO_COLOR}; a
 * line that is drawn again and again only on a real terminal. Safe for use by several threads.
 */
public final class Terminal {
  private static final String INTERACTIVE = "muster.terminal";
  private static final String COLUMNS = "muster.columns";
  private static final int DEFAULT_COLUMNS = 80;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintStream out;
  private final boolean interactive;
  private final boolean coloured;
  private final int columns;
  private boolean lineDrawn;

  public Terminal(PrintStream out, boolean interactive, boolean coloured, int columns) {
    this.out = out;
    this.interactive = interactive;
    this.coloured = coloured;
    this.columns = columns;
  }

  /** The one of this process; the script {@code ./muster} tells whether it is a real terminal. */
  public static Terminal ofProcess(Map<String, String> environment) {
    var interactive = Boolean.getBoolean(INTERACTIVE);
    var colourless = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Terminal(
        System.out,
        interactive,
        interactive && !colourless,
        Integer.getInteger(COLUMNS, DEFAULT_COLUMNS));
  }

  public boolean interactive() {
    return interactive;
  }

  public boolean coloured() {
    return coloured;
  }

  public int columns() {
    return columns;
  }

  public synchronized void line(String text) {
    eraseDrawnLine();
    out.println(text);
    out.flush();
  }

  public void line() {
    line("");
  }

  /** Shows the text in place of the one shown before; on no terminal nothing is shown. */
  public synchronized void draw(String text) {
    if (interactive) {
      out.print(ERASE_LINE + text.substring(0, Math.min(text.length(), columns - 1)));
      out.flush();
      lineDrawn = true;
    }
  }

  public String good(String text) {
    return paint("32", text);
  }

  public String bad(String text) {
    return paint("31", text);
  }

  public String strong(String text) {
    return paint("1", text);
  }

  public String faint(String text) {
    return paint("2", text);
  }

  private String paint(String code, String text) {
    return coloured ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  private void eraseDrawnLine() {
    if (lineDrawn) {
      out.print(ERASE_LINE);
      lineDrawn = false;
    }
  }
}
