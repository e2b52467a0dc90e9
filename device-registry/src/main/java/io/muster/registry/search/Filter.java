package io.muster.registry.search;

import cz.jirutka.rsql.parser.RSQLParser;
import cz.jirutka.rsql.parser.RSQLParserException;
import cz.jirutka.rsql.parser.ast.AndNode;
import cz.jirutka.rsql.parser.ast.ComparisonNode;
import cz.jirutka.rsql.parser.ast.LogicalNode;
import cz.jirutka.rsql.parser.ast.Node;
import io.muster.registry.search.FilterField.UnfitComparisonException;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A question about devices in RSQL (<a href="https://github.com/jirutka/rsql-parser">its
 * grammar</a>), as {@code type==thermometer;attributes.floor=gt=2}: {@code ;} or {@code and} binds
 * more strongly than {@code ,} or {@code or}. Immutable.
 */
public final class Filter {
  /** How long it may be, in characters. */
  public static final int MAX_CHARACTERS = 4_096;

  private static final int MAX_COMPARISONS = 64;
  private static final int MAX_ARGUMENTS = 256;
  private static final int MAX_DEPTH = 32;
  private static final String PARAMETER = "filter";
  private static final Pattern COLUMN = Pattern.compile("line 1, column (\\d{1,5})");

  /** Immutable, and so is what it makes. */
  private static final RSQLParser PARSER = new RSQLParser(Comparison.operators());

  private final Node root;

  private Filter(Node root) {
    this.root = root;
  }

  /**
   * Reads it.
   *
   * @param text from outside
   * @throws io.muster.rest.problem.RefusedException with 400 when it is none, or too large
   */
  public static Filter read(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw wrong("is longer than %d characters".formatted(MAX_CHARACTERS));
    }
    if (text.indexOf('\0') >= 0) {
      throw wrong("holds a NUL, which nothing can be compared with");
    }
    if (depth(text) > MAX_DEPTH) {
      throw wrong("is nested deeper than %d".formatted(MAX_DEPTH));
    }
    try {
      var root = PARSER.parse(text);
      if (comparisons(root) > MAX_COMPARISONS) {
        throw wrong("has more than %d comparisons".formatted(MAX_COMPARISONS));
      }
      return new Filter(root);
    } catch (RSQLParserException notRsql) {
      throw wrong(place(notRsql));
    }
  }

  /** What fits both. */
  public Filter and(Filter other) {
    return new Filter(new AndNode(List.of(root, other.root)));
  }

  /** All that a name is compared with anywhere in it. */
  public Set<String> argumentsOf(String name) {
    var arguments = new HashSet<String>();
    collect(root, name, arguments);
    return arguments;
  }

  private static void collect(Node node, String name, Set<String> arguments) {
    if (node instanceof LogicalNode logical) {
      logical.getChildren().forEach(child -> collect(child, name, arguments));
    } else if (((ComparisonNode) node).getSelector().equals(name)) {
      arguments.addAll(((ComparisonNode) node).getArguments());
    }
  }

  /**
   * Writes it as a condition of SQL, in brackets.
   *
   * @param fields what may be asked about, by name
   * @throws io.muster.rest.problem.RefusedException with 400 when it asks about something else
   */
  public void write(Function<String, Optional<FilterField>> fields, SqlText sql) {
    write(root, fields, sql);
  }

  private static void write(
      Node node, Function<String, Optional<FilterField>> fields, SqlText sql) {
    if (node instanceof LogicalNode logical) {
      var between = "";
      sql.add("(");
      for (var child : logical.getChildren()) {
        write(child, fields, sql.add(between));
        between = node instanceof AndNode ? " AND " : " OR ";
      }
      sql.add(")");
    } else {
      compare((ComparisonNode) node, fields, sql);
    }
  }

  private static void compare(
      ComparisonNode node, Function<String, Optional<FilterField>> fields, SqlText sql) {
    var name = node.getSelector();
    var field =
        fields
            .apply(name)
            .orElseThrow(() -> wrong("asks about '%s', which is unknown".formatted(name)));
    if (node.getArguments().size() > MAX_ARGUMENTS) {
      throw wrong("compares '%s' with more than %d values".formatted(name, MAX_ARGUMENTS));
    }
    try {
      sql.add("(");
      field.compare(Comparison.of(node.getOperator()), node.getArguments(), sql);
      sql.add(")");
    } catch (UnfitComparisonException unfit) {
      throw wrong("'%s' %s".formatted(name, unfit.getMessage()));
    }
  }

  /** Bounded before parsing: the parser goes down one call for each bracket. */
  private static int depth(String text) {
    int depth = 0;
    int deepest = 0;
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '(' -> deepest = Math.max(deepest, ++depth);
        case ')' -> depth--;
        default -> {}
      }
    }
    return deepest;
  }

  private static int comparisons(Node node) {
    return node instanceof LogicalNode logical
        ? logical.getChildren().stream().mapToInt(Filter::comparisons).sum()
        : 1;
  }

  /** The parser tells where, but in a text for people alone. */
  private static String place(RSQLParserException notRsql) {
    var place = COLUMN.matcher(String.valueOf(notRsql.getMessage()));
    return place.find()
        ? "is no RSQL from character %s on".formatted(place.group(1))
        : "is no RSQL, as type==thermometer;attributes.floor=gt=2";
  }

  private static RuntimeException wrong(String detail) {
    return new Refusal.Malformed(
            "A parameter has a value that it cannot have.",
            List.of(FieldError.in(PARAMETER, detail)))
        .asException();
  }
}
