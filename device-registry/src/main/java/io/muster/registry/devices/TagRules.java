package io.muster.registry.devices;

import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.regex.Pattern;

/** Refuses tags that are too many, too long or formed otherwise. Thread-safe. */
@ApplicationScoped
public class TagRules {
  /** What needs no quotes in a filter, a file name or a CSV column. */
  private static final Pattern FORM = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}_.:/+-]*");

  private final TagLimits limits;

  TagRules(TagLimits limits) {
    this.limits = limits;
  }

  /**
   * The tags as they are stored: sorted, each once.
   *
   * @param tags null for none
   */
  public List<String> checked(List<String> tags) {
    if (tags == null) {
      return List.of();
    }
    for (int i = 0; i < tags.size(); i++) {
      check("/tags/" + i, tags.get(i));
    }
    var sorted = tags.stream().sorted().distinct().toList();
    if (sorted.size() > limits.maxCount()) {
      throw wrong("/tags", "are more than %d".formatted(limits.maxCount()));
    }
    return sorted;
  }

  private void check(String at, String tag) {
    if (tag == null || tag.length() > limits.maxCharacters() || !FORM.matcher(tag).matches()) {
      throw wrong(
          at,
          "is not 1 to %d letters, digits and _ . : / + -, beginning with a letter or digit"
              .formatted(limits.maxCharacters()));
    }
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
