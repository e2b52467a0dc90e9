package io.muster.contract.reading;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Knows the field sets that were met before by the order in which their names came, as a tree with
 * a name on each branch: the usual message costs one comparison of references for each name and
 * builds no set. Bounded by the characters that it holds, also those that a set repeats of the
 * names before it; when full it starts anew. Not thread-safe.
 */
final class FieldSetCache {
  private static final int MOST_CHILDREN = 256;

  /** What a node and its place in the tree take beside the name, as characters, about. */
  private static final int NODE_CHARACTERS = 112;

  /** Names that came in this order so far. */
  final class Node {
    private final Node parent;
    private final String name;
    private final int depth;
    private Node[] children = {};
    private FieldSet fields;
    private int[] order;
    private boolean known;

    private Node(Node parent, String name) {
      this.parent = parent;
      this.name = name;
      this.depth = parent == null ? 0 : parent.depth + 1;
    }

    /** The field set, or null when a name comes twice. */
    FieldSet fields() {
      if (!known) {
        resolve();
      }
      return fields;
    }

    int size() {
      return depth;
    }

    /** The numbers as they came, in the order of the set's names. */
    double[] arranged(double[] asTheyCame) {
      if (order == null) {
        return Arrays.copyOf(asTheyCame, depth);
      }
      var arranged = new double[depth];
      for (int i = 0; i < depth; i++) {
        arranged[i] = asTheyCame[order[i]];
      }
      return arranged;
    }

    private void resolve() {
      known = true;
      var names = names();
      if (names.stream().distinct().count() < depth) {
        return;
      }
      var places = new ArrayList<Integer>();
      for (int i = 0; i < depth; i++) {
        places.add(i);
      }
      places.sort(Comparator.comparing(names::get));
      var inOrder = true;
      for (int i = 0; i < depth; i++) {
        inOrder &= places.get(i) == i;
      }
      order = inOrder ? null : places.stream().mapToInt(Integer::intValue).toArray();
      fields = FieldSet.of(names);
      held += fields.characters();
    }

    private List<String> names() {
      var names = new String[depth];
      for (var node = this; node.parent != null; node = node.parent) {
        names[node.depth - 1] = node.name;
      }
      return Arrays.asList(names);
    }
  }

  private final int capacity;
  private Node root = new Node(null, "");
  private long held;

  /**
   * @param capacity how many characters it holds, about
   */
  FieldSetCache(int capacity) {
    this.capacity = capacity;
  }

  /** How many characters it holds, about. */
  long held() {
    return held;
  }

  /** Where a reading begins. */
  Node start() {
    if (held >= capacity) {
      root = new Node(null, "");
      held = 0;
    }
    return root;
  }

  /** One name on. */
  Node next(Node node, String name) {
    var children = node.children;
    for (var child : children) {
      // The parser gives the same name as the same object nearly always.
      if (child.name == name) {
        return child;
      }
    }
    for (var child : children) {
      if (child.name.equals(name)) {
        return child;
      }
    }
    return add(node, name);
  }

  private Node add(Node node, String name) {
    var child = new Node(node, name);
    held += name.length() + NODE_CHARACTERS;
    // A device with ever new names must not make a long row to search: it begins again.
    node.children =
        node.children.length >= MOST_CHILDREN
            ? new Node[] {child}
            : Arrays.copyOf(node.children, node.children.length + 1);
    node.children[node.children.length - 1] = child;
    return child;
  }
}
