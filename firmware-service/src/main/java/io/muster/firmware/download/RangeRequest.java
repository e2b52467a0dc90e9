package io.muster.firmware.download;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads {@code Range} (RFC 9110 §14.2). What is no byte range at all is ignored, as the RFC wants
 * it: the client gets everything. What would make the service work much for a small request is
 * refused: too many ranges, or ranges that together have more bytes than the artifact. Thread-safe.
 *
 * @param maxRanges how many ranges one request may name; SWUpdate's delta handler asks for 150
 * @param maxCharacters how long the header may be
 */
public record RangeRequest(int maxRanges, int maxCharacters) {

  private static final Pattern SPEC = Pattern.compile("(\\d{1,18})-(\\d{1,18})?|-(\\d{1,18})");

  /**
   * @param header the value of {@code Range}, or null
   * @param sizeBytes of the artifact
   */
  public RangeAnswer read(String header, long sizeBytes) {
    if (header == null || !header.regionMatches(true, 0, "bytes=", 0, 6)) {
      return new RangeAnswer.Whole();
    }
    if (header.length() > maxCharacters) {
      return new RangeAnswer.Unsatisfiable("Range is longer than " + maxCharacters + " characters");
    }
    String[] specs = header.substring(6).split(",", -1);
    if (specs.length > maxRanges) {
      return new RangeAnswer.Unsatisfiable("more than " + maxRanges + " ranges");
    }
    return answer(specs, sizeBytes);
  }

  /**
   * Whether {@code Range} counts (RFC 9110 §13.1.5). A date never matches here: bytes are named by
   * content and not by time.
   *
   * @param ifRange the value of {@code If-Range}, or null
   * @param entityTag the strong entity tag of what is there, with its quotes
   */
  public static boolean counts(String ifRange, String entityTag) {
    return ifRange == null || ifRange.strip().equals(entityTag);
  }

  private static RangeAnswer answer(String[] specs, long sizeBytes) {
    List<ByteRange> ranges = new ArrayList<>();
    long total = 0;
    for (String text : specs) {
      var spec = SPEC.matcher(text.strip());
      if (!spec.matches() || isReversed(spec.group(1), spec.group(2))) {
        return new RangeAnswer.Whole();
      }
      Optional<ByteRange> range = range(spec.group(1), spec.group(2), spec.group(3), sizeBytes);
      total += range.map(ByteRange::lengthBytes).orElse(0L);
      range.ifPresent(ranges::add);
    }
    if (ranges.isEmpty()) {
      return new RangeAnswer.Unsatisfiable("the artifact has " + sizeBytes + " bytes");
    }
    if (total > sizeBytes) {
      return new RangeAnswer.Unsatisfiable("the ranges have more bytes than the artifact");
    }
    return new RangeAnswer.Parts(ranges);
  }

  private static boolean isReversed(String first, String last) {
    return first != null && last != null && Long.parseLong(last) < Long.parseLong(first);
  }

  private static Optional<ByteRange> range(
      String first, String last, String suffix, long sizeBytes) {
    if (suffix != null) {
      long length = Math.min(Long.parseLong(suffix), sizeBytes);
      return length == 0
          ? Optional.empty()
          : Optional.of(new ByteRange(sizeBytes - length, sizeBytes - 1));
    }
    long begin = Long.parseLong(first);
    if (begin >= sizeBytes) {
      return Optional.empty();
    }
    long end = last == null ? sizeBytes - 1 : Math.min(Long.parseLong(last), sizeBytes - 1);
    return Optional.of(new ByteRange(begin, end));
  }
}
