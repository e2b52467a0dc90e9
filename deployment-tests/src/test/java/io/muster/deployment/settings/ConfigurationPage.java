package io.muster.deployment.settings;

import io.muster.deployment.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * docs/configuration.md: what somebody has written, and below a mark all settings with their
 * defaults and what their sources say of them.
 */
final class ConfigurationPage {
  static final String PATH = "docs/configuration.md";
  private static final String MARK =
      "<!-- All below is made from the sources; see ConfigurationPageTest. -->\n";

  /** A value that comes from the environment under a name of its own. */
  private static final Pattern FROM_ENVIRONMENT = Pattern.compile("\\$\\{(MUSTER_\\w+):(.*)}");

  private final StringBuilder text = new StringBuilder();

  private ConfigurationPage() {}

  /** What somebody has written. */
  static String introduction() {
    var page = Checkout.read(PATH);
    return page.substring(0, page.indexOf(MARK));
  }

  /** Its text, as it has to be. */
  static String text() {
    var page = new ConfigurationPage();
    page.text.append(introduction()).append(MARK);
    page.chapter("Every service", Mappings.SHARED);
    Mappings.SERVICES.forEach(service -> page.chapter("`" + service + "`", service));
    return page.text.toString();
  }

  static void write() throws IOException {
    Files.writeString(Checkout.ROOT.resolve(PATH), text());
  }

  private void chapter(String title, String module) {
    text.append("\n## ").append(title).append('\n');
    for (var mapping : Mappings.in(module)) {
      text.append("\n### `").append(mapping.prefix()).append("`\n\n");
      text.append(mapping.text()).append("\n\n| setting | default | |\n|---|---|---|\n");
      mapping.settings().forEach(setting -> row(module, setting));
    }
  }

  private void row(String module, Setting setting) {
    var free = setting.type().startsWith("Map<") ? ".{name}" : "";
    text.append(
        "| `%s%s` | %s | %s |\n"
            .formatted(
                setting.name(),
                free,
                defaults(module, setting),
                setting.text().replace("|", "\\|")));
  }

  private static String defaults(String module, Setting setting) {
    if (!module.equals(Mappings.SHARED)) {
      var said = Mappings.overrides(module).get(setting.name());
      return shown(said == null ? setting.defaultValue() : said);
    }
    var all = new ArrayList<>(List.of(shown(setting.defaultValue())));
    overrides(setting.name())
        .forEach((service, value) -> all.add("%s: %s".formatted(service, shown(value))));
    return String.join("; ", all);
  }

  private static Map<String, String> overrides(String setting) {
    var said = new TreeMap<String, String>();
    for (var service : Mappings.SERVICES) {
      var value = Mappings.overrides(service).get(setting);
      if (value != null) {
        said.put(service, value);
      }
    }
    return said;
  }

  private static String shown(String value) {
    if (value == null || value.isEmpty()) {
      return "–";
    }
    var environment = FROM_ENVIRONMENT.matcher(value);
    if (environment.matches()) {
      return "%s (`%s`)".formatted(shown(environment.group(2)), environment.group(1));
    }
    return "`" + value.replaceFirst("^\\$\\{(.*)}$", "$1").replace("|", "\\|") + "`";
  }
}
