package io.muster.registry.search;

import java.util.List;

/** Something of a device that a filter may ask about. Immutable. */
public interface FilterField {

  /**
   * Writes one comparison as a condition of SQL that is true or not, in brackets where it needs
   * them. What a device does not have is equal to nothing, so {@code !=} and {@code =out=} hold.
   *
   * @param arguments at least one
   * @throws UnfitComparisonException when the field cannot be compared so, or not with that
   */
  void compare(Comparison comparison, List<String> arguments, SqlText sql);

  /** Why a comparison means nothing. */
  final class UnfitComparisonException extends RuntimeException {
    public UnfitComparisonException(String message) {
      super(message);
    }
  }
}
