package io.muster.firmware.download;

import java.util.List;

/** What a request gets of an artifact. */
public sealed interface RangeAnswer {

  /** All of it: 200. */
  record Whole() implements RangeAnswer {}

  /**
   * Parts of it: 206, as multipart if there are several.
   *
   * @param ranges at least one, in the order asked for
   */
  record Parts(List<ByteRange> ranges) implements RangeAnswer {
    /** Keeps a copy. */
    public Parts {
      ranges = List.copyOf(ranges);
    }
  }

  /** None of what was asked for is there, or it is more than one request may ask for: 416. */
  record Unsatisfiable(String reason) implements RangeAnswer {}
}
