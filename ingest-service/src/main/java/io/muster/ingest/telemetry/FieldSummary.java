package io.muster.ingest.telemetry;

import io.muster.contract.reading.ReadingValue;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The values of one field in one bucket, in order of time. */
final class FieldSummary {
  /** About what an entry of a map takes, with a number in it. */
  private static final int ENTRY_BYTES = 64;

  private final ExactSum sum = new ExactSum();
  private long count;
  private long numbers;
  private ReadingValue first;
  private ReadingValue last;
  private ReadingValue least;
  private ReadingValue greatest;

  void add(ReadingValue value) {
    count++;
    first = first == null ? value : first;
    last = value;
    switch (value) {
      case ReadingValue.Number number -> {
        sum.add(number.value());
        addNumber(value);
      }
      case ReadingValue.ExactInteger integer -> {
        sum.add(integer.value());
        addNumber(value);
      }
      case ReadingValue.Flag _, ReadingValue.Text _ -> {}
    }
  }

  private void addNumber(ReadingValue value) {
    numbers++;
    least = least == null || compare(value, least) < 0 ? value : least;
    greatest = greatest == null || compare(value, greatest) > 0 ? value : greatest;
  }

  private static int compare(ReadingValue one, ReadingValue other) {
    return one instanceof ReadingValue.Number a && other instanceof ReadingValue.Number b
        ? Double.compare(a.value(), b.value())
        : decimal(one).compareTo(decimal(other));
  }

  private static BigDecimal decimal(ReadingValue value) {
    return value instanceof ReadingValue.ExactInteger integer
        ? BigDecimal.valueOf(integer.value())
        : new BigDecimal(((ReadingValue.Number) value).value());
  }

  /** What was asked for, by name; what only numbers have is left out where there were none. */
  Map<String, Object> show(Set<Aggregate> aggregates) {
    var shown = new LinkedHashMap<String, Object>();
    for (var aggregate : aggregates) {
      var value =
          switch (aggregate) {
            case COUNT -> (Object) count;
            case FIRST -> ReadingItem.plain(first);
            case LAST -> ReadingItem.plain(last);
            case SUM -> numbers == 0 ? null : sum.value();
            case AVG -> numbers == 0 ? null : sum.dividedBy(numbers);
            case MIN -> numbers == 0 ? null : ReadingItem.plain(least);
            case MAX -> numbers == 0 ? null : ReadingItem.plain(greatest);
          };
      if (value != null) {
        shown.put(aggregate.label(), value);
      }
    }
    return shown;
  }

  /** About how many bytes of memory it takes to show it. */
  long shownBytes(Set<Aggregate> aggregates) {
    var bytes = (long) ENTRY_BYTES * (aggregates.size() + 1);
    if (aggregates.contains(Aggregate.FIRST)) {
      bytes += textBytes(first);
    }
    return aggregates.contains(Aggregate.LAST) ? bytes + textBytes(last) : bytes;
  }

  private static int textBytes(ReadingValue value) {
    return value instanceof ReadingValue.Text text ? 2 * text.value().length() : 0;
  }
}
