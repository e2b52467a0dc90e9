package io.muster.rest.problem;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.handlers.ClassRoutingHandler;
import org.jboss.resteasy.reactive.server.handlers.RestInitialHandler.InitialMatch;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper.RequestPath;

/**
 * Which methods there are at a path (RFC 9110 §10.2.1), over all classes of resources. Quarkus REST
 * looks at one after the other: where one has the path and not the method it goes on to the next
 * one, and says in the end that there is no such path, when the last has none.
 */
final class AllowedMethods {
  private AllowedMethods() {}

  /** None when there is nothing at the path. */
  static SortedSet<String> at(String path, List<RequestPath<InitialMatch>> resources) {
    var methods = new TreeSet<String>();
    resources.forEach(resource -> addMethods(path, resource, methods));
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    if (!methods.isEmpty()) {
      methods.add("OPTIONS");
    }
    return methods;
  }

  private static void addMethods(
      String path, RequestPath<InitialMatch> resource, SortedSet<String> methods) {
    var match = new RequestMapper<>(new ArrayList<>(List.of(resource))).map(path);
    if (match != null) {
      var rest = match.remaining.isEmpty() ? "/" : match.remaining;
      Stream.of(match.value.handlers)
          .filter(ClassRoutingHandler.class::isInstance)
          .flatMap(it -> methods(rest, (ClassRoutingHandler) it))
          .forEach(methods::add);
    }
  }

  private static Stream<String> methods(String rest, ClassRoutingHandler resource) {
    return resource.getMappers().entrySet().stream()
        .filter(it -> it.getValue().map(rest) != null)
        .map(it -> it.getKey())
        .filter(Objects::nonNull);
  }
}
