package io.muster.rest.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.resteasy.reactive.server.handlers.ClassRoutingHandler;
import org.jboss.resteasy.reactive.server.handlers.RestInitialHandler.InitialMatch;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper.RequestPath;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.mapping.URITemplate;
import org.jboss.resteasy.reactive.server.spi.ServerRestHandler;
import org.junit.jupiter.api.Test;

class AllowedMethodsTest {
  private static final String DEVICES = "/api/v1/tenants/{tenant}/devices";

  /** As Quarkus REST has them: a class has its path, and each method one below it. */
  private static final List<RequestPath<InitialMatch>> RESOURCES =
      List.of(
          resource(
              DEVICES + "/{device}/shadow",
              Map.of(
                  "GET", List.of("/", "/{name}"),
                  "PATCH", List.of("/", "/{name}"),
                  "DELETE", List.of("/"))),
          resource(DEVICES + "/{device}/telemetry", Map.of("GET", List.of("/", "/latest"))),
          resource(
              "/api/v1/tenants/{tenant}",
              Map.of("POST", List.of("/devices/{device}/telemetry/import"))),
          resource(
              DEVICES,
              Map.of(
                  "GET", List.of("/", "/{device}"),
                  "POST", List.of("/"),
                  "PUT", List.of("/{device}"))));

  @Test
  void areThoseOfTheClassThatHasThePathThoughAnotherBeginsLikeIt() {
    assertEquals(Set.of("DELETE", "GET", "HEAD", "OPTIONS", "PATCH"), at("/devices/pump/shadow"));
    assertEquals(Set.of("GET", "HEAD", "OPTIONS", "PATCH"), at("/devices/pump/shadow/config"));
    assertEquals(Set.of("GET", "HEAD", "OPTIONS"), at("/devices/pump/telemetry"));
    assertEquals(Set.of("GET", "HEAD", "OPTIONS", "POST"), at("/devices"));
    assertEquals(Set.of("GET", "HEAD", "OPTIONS", "PUT"), at("/devices/pump"));
  }

  @Test
  void areThoseOfAllClassesThatHaveThePath() {
    assertEquals(Set.of("OPTIONS", "POST"), at("/devices/pump/telemetry/import"));
  }

  @Test
  void areNoneWhereNothingIs() {
    for (var path : List.of("", "/devices/pump/shade", "/devices/pump/shadow/a/b", "/jobs")) {
      assertEquals(Set.of(), at(path), path);
    }
    assertEquals(Set.of(), AllowedMethods.at("/", RESOURCES));
  }

  private static Set<String> at(String path) {
    return AllowedMethods.at("/api/v1/tenants/acme" + path, RESOURCES);
  }

  private static RequestPath<InitialMatch> resource(
      String path, Map<String, List<String>> pathsByMethod) {
    var mappers = new HashMap<String, RequestMapper<RuntimeResource>>();
    pathsByMethod.forEach((method, paths) -> mappers.put(method, mapper(paths)));
    var template = new URITemplate(path, true);
    var routing = new ClassRoutingHandler(mappers, template.countPathParamNames(), false);
    return new RequestPath<>(
        true, template, new InitialMatch(new ServerRestHandler[] {routing}, 4));
  }

  private static RequestMapper<RuntimeResource> mapper(List<String> paths) {
    var templates = new ArrayList<RequestPath<RuntimeResource>>();
    paths.forEach(
        path -> templates.add(new RequestPath<>(false, new URITemplate(path, false), null)));
    return new RequestMapper<>(templates);
  }
}
