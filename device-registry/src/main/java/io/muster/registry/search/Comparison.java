package io.muster.registry.search;

import cz.jirutka.rsql.parser.ast.ComparisonOperator;
import cz.jirutka.rsql.parser.ast.RSQLOperators;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** How a field is compared: RSQL's own operators, and {@code =ex=} for "is there at all". */
public enum Comparison {
  EQUAL(RSQLOperators.EQUAL),
  NOT_EQUAL(RSQLOperators.NOT_EQUAL),
  LESS(RSQLOperators.LESS_THAN),
  AT_MOST(RSQLOperators.LESS_THAN_OR_EQUAL),
  GREATER(RSQLOperators.GREATER_THAN),
  AT_LEAST(RSQLOperators.GREATER_THAN_OR_EQUAL),
  IN(RSQLOperators.IN),
  NOT_IN(RSQLOperators.NOT_IN),
  EXISTS(new ComparisonOperator("=ex="));

  private final ComparisonOperator operator;

  Comparison(ComparisonOperator operator) {
    this.operator = operator;
  }

  /** What the parser has to know. */
  static Set<ComparisonOperator> operators() {
    return Arrays.stream(values()).map(it -> it.operator).collect(Collectors.toSet());
  }

  static Comparison of(ComparisonOperator operator) {
    return Arrays.stream(values())
        .filter(it -> it.operator.equals(operator))
        .findFirst()
        .orElseThrow();
  }

  /** As it is written in a filter. */
  String symbol() {
    return operator.getSymbol();
  }

  boolean isNegative() {
    return this == NOT_EQUAL || this == NOT_IN;
  }

  boolean isOrder() {
    return this == LESS || this == AT_MOST || this == GREATER || this == AT_LEAST;
  }

  /** The operator of SQL, of an order. */
  public String sql() {
    return switch (this) {
      case LESS -> " < ";
      case AT_MOST -> " <= ";
      case GREATER -> " > ";
      case AT_LEAST -> " >= ";
      default -> throw new IllegalStateException(symbol() + " is no order");
    };
  }
}
