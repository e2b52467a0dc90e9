package io.muster.deployment.settings;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Reads interfaces of settings from a file's source. */
final class SettingsSource {
  private static final Pattern TOKEN =
      Pattern.compile(
          "/\\*\\*(?<doc>.*?)\\*/|//[^\n]*|/\\*.*?\\*/"
              + "|@ConfigMapping\\(prefix = \"(?<prefix>[^\"]+)\"[^)]*\\)"
              + "|@WithDefault\\(\"(?<value>(?:[^\"\\\\]|\\\\.)*+)\"\\)"
              + "|(?<parent>@WithParentName)"
              + "|@\\w+(?:\\((?:[^()\"]++|\"(?:[^\"\\\\]|\\\\.)*+\"|\\([^()]*+\\))*+\\))?"
              + "|\"(?:[^\"\\\\\n]|\\\\.)*+\""
              + "|\\b(?<kind>interface|enum|class|record)\\s+(?<name>\\w+)"
              + "(?:\\s+extends\\s+(?<extended>\\w+))?"
              + "|(?<type>[\\w.]+(?:<[^;()]*>)?)\\s+(?<member>\\w+)\\(\\)\\s*;"
              + "|(?<brace>[{}])",
          Pattern.DOTALL);

  private final Map<String, Type> types = new LinkedHashMap<>();
  private final ArrayDeque<Type> open = new ArrayDeque<>();
  private String doc;
  private String value;
  private String prefix;
  private boolean atParent;
  private Type next;

  private SettingsSource() {}

  /**
   * An interface.
   *
   * @param prefix of a mapping, or null
   * @param extended the interface that it extends, or null
   * @param siblings those of the same file
   */
  record Type(
      String prefix,
      String extended,
      String text,
      List<Member> members,
      Map<String, Type> siblings) {
    private static final Type OTHER = new Type(null, null, "", List.of(), Map.of());
  }

  /**
   * What an interface asks for.
   *
   * @param atParent whether it has the name of what it is within
   */
  record Member(String name, String type, String value, String text, boolean atParent) {}

  /** Its interfaces by their names; what is not one is empty. */
  static Map<String, Type> read(String source) {
    var reader = new SettingsSource();
    TOKEN.matcher(source).results().forEach(reader::take);
    return reader.types;
  }

  private void take(MatchResult token) {
    if (token.group("doc") != null) {
      doc = token.group("doc");
    } else if (token.group("prefix") != null) {
      prefix = token.group("prefix");
    } else if (token.group("value") != null) {
      value = token.group("value");
    } else if (token.group("parent") != null) {
      atParent = true;
    } else if (token.group("kind") != null) {
      begin(token);
    } else if ("{".equals(token.group("brace"))) {
      open.push(next == null ? Type.OTHER : next);
      next = null;
      forget();
    } else if ("}".equals(token.group("brace"))) {
      open.poll();
      forget();
    } else if (token.group("member") != null) {
      add(token);
    }
  }

  private void begin(MatchResult token) {
    next = Type.OTHER;
    if (token.group("kind").equals("interface")) {
      next = new Type(prefix, token.group("extended"), markdown(doc), new ArrayList<>(), types);
      types.put(token.group("name"), next);
      prefix = null;
    }
    forget();
  }

  private void add(MatchResult token) {
    var within = open.peek();
    if (within != null && within != Type.OTHER) {
      within
          .members()
          .add(
              new Member(
                  kebab(token.group("member")),
                  token.group("type"),
                  value,
                  markdown(doc),
                  atParent));
    }
    forget();
  }

  private void forget() {
    doc = null;
    value = null;
    atParent = false;
  }

  static String kebab(String member) {
    return member.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  /** Javadoc as Markdown in one line. */
  private static String markdown(String doc) {
    if (doc == null) {
      return "";
    }
    var line = doc.replaceAll("\\s*\n\\s*\\*?\\s*", " ").strip();
    var code = Pattern.compile("\\{@code ([^}]*)}").matcher(line).replaceAll("`$1`");
    return Pattern.compile("\\{@link (?:\\w*#(\\w+)(?:\\([^)]*\\))?|([\\w.]+))}")
        .matcher(code)
        .replaceAll(
            link -> link.group(1) == null ? link.group(2) : "`" + kebab(link.group(1)) + "`");
  }
}
