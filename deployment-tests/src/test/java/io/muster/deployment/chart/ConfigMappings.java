package io.muster.deployment.chart;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the names of settings from the source of a `@ConfigMapping` interface. */
final class ConfigMappings {
  private static final Pattern PREFIX = Pattern.compile("@ConfigMapping\\(prefix = \"([^\"]+)\"");

  /** What follows the prefix, up to the body. */
  private static final Pattern PARENT = Pattern.compile("[^{]*?\\bextends (\\w+)");

  private static final Pattern TOKEN =
      Pattern.compile(
          "(?:interface|enum) (\\w+)|(\\w+)(?:<[^;()]*>)? (\\w+)\\(\\);|([{}])|//[^\n"
              + "]*|/\\*.*?\\*/",
          Pattern.DOTALL);

  private final Map<String, String> sources;
  private final Set<String> names;

  private ConfigMappings(Map<String, String> sources, Set<String> names) {
    this.sources = sources;
    this.names = names;
  }

  /**
   * Adds the name in the environment of each setting.
   *
   * @param sources of all interfaces of a module, by their names: a mapping may use others
   */
  static void collect(Map<String, String> sources, Set<String> names) {
    var mappings = new ConfigMappings(sources, names);
    for (var source : sources.values()) {
      var prefix = PREFIX.matcher(source);
      if (prefix.find()) {
        var mapping = source.substring(prefix.end());
        mappings.add(prefix.group(1), mapping);
        var parent = PARENT.matcher(mapping);
        if (parent.lookingAt() && sources.containsKey(parent.group(1))) {
          mappings.add(prefix.group(1), sources.get(parent.group(1)));
        }
      }
    }
  }

  private void add(String prefix, String source) {
    var members = members(source);
    add(prefix, members.getOrDefault("", Map.of()), members);
  }

  private void add(String prefix, Map<String, String> of, Map<String, Map<String, String>> all) {
    of.forEach(
        (member, type) -> {
          var name = prefix + "." + kebab(member);
          names.add(name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"));
          if (all.containsKey(type)) {
            add(name, all.get(type), all);
          } else if (sources.containsKey(type)) {
            add(name, sources.get(type));
          }
        });
  }

  /** For each interface (the outermost is "") its members and their types. */
  private static Map<String, Map<String, String>> members(String source) {
    var all = new HashMap<String, Map<String, String>>();
    var open = new ArrayDeque<String>();
    var next = "";
    var outermost = true;
    var token = TOKEN.matcher(source);
    while (token.find()) {
      if (token.group(1) != null) {
        next = outermost ? "" : token.group(1);
        outermost = false;
      } else if ("{".equals(token.group(4))) {
        open.push(next);
        all.putIfAbsent(next, new HashMap<>());
      } else if ("}".equals(token.group(4))) {
        open.poll();
      } else if (token.group(3) != null && !open.isEmpty()) {
        all.get(open.peek()).put(token.group(3), token.group(2));
      }
    }
    return all;
  }

  private static String kebab(String member) {
    return member.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }
}
