package io.muster.deployment.settings;

import java.util.Locale;

/**
 * A setting of a service.
 *
 * @param name {@code muster.…}
 * @param type in Java
 * @param defaultValue in the source, or null
 * @param text what it does, as Markdown; empty where nothing is said
 */
public record Setting(String name, String type, String defaultValue, String text) {
  /** Its name in the environment. */
  public String variable() {
    return variable(name);
  }

  /** The name in the environment of any setting. */
  public static String variable(String name) {
    return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }
}
