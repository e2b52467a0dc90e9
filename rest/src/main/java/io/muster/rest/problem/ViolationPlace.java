package io.muster.rest.problem;

import com.fasterxml.jackson.core.JsonPointer;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;

/**
 * Where a constraint was violated. A path through a method begins with the method and its
 * parameter; the parameter called {@code body} is the request's body.
 *
 * @param inBody whether the text is a JSON pointer; else it is a parameter's name
 */
record ViolationPlace(boolean inBody, String text) {
  private static final String BODY = "body";

  static ViolationPlace of(Path path) {
    var pointer = JsonPointer.empty();
    String parameter = null;
    for (var node : path) {
      var kind = node.getKind();
      if (kind == ElementKind.PARAMETER && !node.getName().equals(BODY)) {
        parameter = node.getName();
      } else if (kind == ElementKind.PROPERTY || kind == ElementKind.CONTAINER_ELEMENT) {
        pointer = step(pointer, node);
      }
    }
    return parameter == null
        ? new ViolationPlace(true, pointer.toString())
        : new ViolationPlace(false, parameter);
  }

  private static JsonPointer step(JsonPointer pointer, Path.Node node) {
    if (node.getKey() != null) {
      return pointer.appendProperty(node.getKey().toString());
    }
    if (node.getIndex() != null) {
      return pointer.appendIndex(node.getIndex());
    }
    return node.getKind() == ElementKind.PROPERTY
        ? pointer.appendProperty(node.getName())
        : pointer;
  }
}
