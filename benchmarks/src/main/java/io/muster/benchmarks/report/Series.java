package io.muster.benchmarks.report;

import java.util.List;
import java.util.Locale;

/**
 * One figure of several rounds. The machine is shared and noisy, so the median stands for it and
 * the extremes are told.
 *
 * @param values at least one
 */
public record Series(List<Double> values) {
  public Series {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("a series without a value");
    }
    values = values.stream().sorted().toList();
  }

  /** The middle one, or the mean of the two in the middle. */
  public double median() {
    var upper = values.size() / 2;
    return values.size() % 2 == 1
        ? values.get(upper)
        : (values.get(upper - 1) + values.get(upper)) / 2;
  }

  public double least() {
    return values.getFirst();
  }

  public double most() {
    return values.getLast();
  }

  /**
   * {@code median (least–most)}.
   *
   * @param format of a number, as in {@link String#format}
   */
  public String show(String format) {
    var pattern = format + " (" + format + "–" + format + ")";
    return String.format(Locale.ROOT, pattern, median(), least(), most());
  }
}
