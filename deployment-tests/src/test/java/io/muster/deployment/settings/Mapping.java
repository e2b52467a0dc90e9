package io.muster.deployment.settings;

import java.util.List;

/**
 * A {@code @ConfigMapping} interface with those that it consists of.
 *
 * @param prefix of its settings
 * @param text what they are about, as Markdown
 */
public record Mapping(String prefix, String text, List<Setting> settings) {}
