package io.muster.deployment;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * A part of a YAML or JSON document.
 *
 * @param node what SnakeYAML makes of it; null where nothing is
 */
public record Tree(Object node) {

  /**
   * Reads a document.
   *
   * @throws org.yaml.snakeyaml.error.YAMLException when it is none, or a key comes twice
   */
  public static Tree parse(String yaml) {
    return new Tree(strict().load(yaml));
  }

  /** Reads documents, without empty ones. */
  public static List<Tree> parseAll(String yaml) {
    var documents = new java.util.ArrayList<Tree>();
    strict()
        .loadAll(yaml)
        .forEach(
            document -> {
              if (document != null) {
                documents.add(new Tree(document));
              }
            });
    return documents;
  }

  private static Yaml strict() {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(1_000);
    return new Yaml(options);
  }

  /** What is at a path of member names; {@code null} within when nothing is. */
  public Tree at(String... path) {
    var found = node;
    for (var name : path) {
      found = found instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return new Tree(found);
  }

  public boolean exists() {
    return node != null;
  }

  public String text() {
    return node == null ? "" : node.toString();
  }

  public Optional<String> ifText() {
    return Optional.ofNullable(node).map(Object::toString);
  }

  /** Elements of a list; none when it is no list. */
  public List<Tree> items() {
    return node instanceof List<?> list ? list.stream().map(Tree::new).toList() : List.of();
  }

  /** Texts of a list. */
  public List<String> texts() {
    return items().stream().map(Tree::text).toList();
  }

  /** Members of an object; none when it is none. */
  @SuppressWarnings("unchecked")
  public Map<String, Object> members() {
    return node instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  /** Whether it holds all members of another one, as a selector asks of labels. */
  public boolean holds(Tree selector) {
    return members().entrySet().containsAll(selector.members().entrySet());
  }

  /** Shows each object and list within, with its path. */
  public void walk(String path, BiConsumer<String, Tree> visitor) {
    visitor.accept(path, this);
    members().forEach((name, value) -> new Tree(value).walk(path + "." + name, visitor));
    var items = items();
    for (var i = 0; i < items.size(); i++) {
      items.get(i).walk(path + "[" + i + "]", visitor);
    }
  }
}
