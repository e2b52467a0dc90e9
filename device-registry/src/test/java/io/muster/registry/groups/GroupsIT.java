package io.muster.registry.groups;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class GroupsIT {
  Tokens tokens;
  private Api operator;
  private String tenant;
  private String devices;
  private String groups;

  @BeforeEach
  void makeDevices() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    devices = Api.devices(tenant);
    groups = "/api/v1/tenants/" + tenant + "/groups";
    for (var id : List.of("a", "b", "c")) {
      operator
          .post(devices, Map.of("id", id, "tags", id.equals("c") ? List.of() : List.of("lab")))
          .then()
          .statusCode(201);
    }
  }

  @Test
  void aStaticGroupHasTheMembersThatItIsGiven() {
    operator.post(groups, Map.of("id", "mine", "name", "Mine")).then().statusCode(201);
    var group = groups + "/mine";
    operator.get(group).then().statusCode(200).body("devices", equalTo(0));
    operator
        .post(group + "/members", Map.of("add", List.of("a", "c")))
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"");
    assertEquals(List.of("a", "c"), ids(group + "/devices"));
    assertEquals(List.of("a"), ids(group + "/devices?filter=tag==lab"));
    assertEquals(List.of("c", "a"), ids(group + "/devices?sort=id:desc"));
    operator.get(group).then().body("devices", equalTo(2));
    // Who is there already, or is not, changes nothing.
    operator
        .post(group + "/members", Map.of("add", List.of("a"), "remove", List.of("b", "nosuch")))
        .then()
        .statusCode(200)
        .header("ETag", "\"2\"");
    operator.post(group + "/members", Map.of("remove", List.of("a"))).then().statusCode(200);
    assertEquals(List.of("c"), ids(group + "/devices"));
    operator.delete(devices + "/c").then().statusCode(204);
    assertEquals(List.of(), ids(group + "/devices"));
    assertEquals(204, operator.delete(group).statusCode());
    assertProblem(operator.get(group), 404, "not-found");
    assertProblem(operator.get(group + "/devices"), 404, "not-found");
    assertEquals(
        "group-deleted", Api.as(tokens.admin()).audited(tenant, "subject=groups/mine").getFirst());
  }

  @Test
  void aDynamicGroupHasWhoFits() {
    operator
        .post(groups, Map.of("id", "lab", "filter", "tag==lab;enabled==true"))
        .then()
        .statusCode(201);
    var group = groups + "/lab";
    assertEquals(List.of("a", "b"), ids(group + "/devices"));
    operator.patch(devices + "/c", Map.of("tags", List.of("lab"))).then().statusCode(200);
    operator.patch(devices + "/a", Map.of("enabled", false)).then().statusCode(200);
    assertEquals(List.of("b", "c"), ids(group + "/devices"));
    operator.get(group).then().body("devices", equalTo(2));
    operator.patch(group, Map.of("filter", "id==a")).then().statusCode(200);
    assertEquals(List.of("a"), ids(group + "/devices"));
    assertProblem(
        operator.post(group + "/members", Map.of("add", List.of("c"))), 409, "group-is-dynamic");
  }

  @Test
  void aSearchKnowsGroups() {
    operator.post(groups, Map.of("id", "lab", "filter", "tag==lab")).then().statusCode(201);
    operator.post(groups, Map.of("id", "mine")).then().statusCode(201);
    operator.post(groups + "/mine/members", Map.of("add", List.of("b", "c")));
    assertEquals(List.of("b"), ids(devices + "?filter=" + encoded("group==lab;group==mine")));
    assertEquals(List.of("a", "b", "c"), ids(devices + "?filter=group=in=(lab,mine)"));
    assertEquals(List.of("c"), ids(devices + "?filter=group!=lab"));
    assertEquals(List.of("a"), ids(devices + "?filter=" + encoded("group!=mine;id!=z")));
    assertProblem(operator.get(devices + "?filter=group==nosuch"), 400, "malformed-request")
        .body("errors[0].detail", containsString("none of this tenant's"));
  }

  @Test
  void aFilterThatCannotBeIsRefused() {
    for (var filter : List.of("id=", "nosuch==1", "group==other", "enabled==maybe", "")) {
      assertProblem(
              operator.post(groups, Map.of("id", "x", "filter", filter)), 422, "invalid-content")
          .body("errors[0].pointer", equalTo("/filter"));
    }
    operator.post(groups, Map.of("id", "static")).then().statusCode(201);
    assertProblem(
        operator.patch(groups + "/static", Map.of("filter", "id==a")), 422, "invalid-content");
  }

  @Test
  void anUnknownMemberIsNamedAndNobodyJoins() {
    operator.post(groups, Map.of("id", "mine")).then().statusCode(201);
    assertProblem(
            operator.post(groups + "/mine/members", Map.of("add", List.of("a", "nosuch"))),
            422,
            "invalid-content")
        .body("errors[0].pointer", equalTo("/add/1"));
    assertEquals(List.of(), ids(groups + "/mine/devices"));
  }

  @Test
  void othersAreToldOfAChange() {
    var service = Api.as(tokens.service());
    // The log is every test's: it may hold more than a page.
    int before = service.get("/internal/v1/events?after=" + Long.MAX_VALUE).path("next");
    operator.post(groups, Map.of("id", "mine")).then().statusCode(201);
    operator.post(groups + "/mine/members", Map.of("add", List.of("a"))).then().statusCode(200);
    org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              List<String> topics =
                  service
                      .get("/internal/v1/events?after=" + before + "&limit=1000")
                      .path("items.topic");
              var told = "platform/registry/group-changed/" + tenant;
              assertEquals(2, topics.stream().filter(told::equals).count());
            });
  }

  @Test
  void anotherTenantsGroupsAreClosed() {
    operator.post(groups, Map.of("id", "mine")).then().statusCode(201);
    var otherTenant = Api.as(tokens.admin()).tenant();
    var stranger = Api.as(tokens.person("operator", otherTenant));
    assertProblem(stranger.get(groups + "/mine"), 403, "forbidden");
    assertProblem(stranger.get(groups + "/mine/devices"), 403, "forbidden");
    assertProblem(
        stranger.post(groups + "/mine/members", Map.of("add", List.of("a"))), 403, "forbidden");
    var own = "/api/v1/tenants/" + otherTenant + "/groups";
    stranger.post(own, Map.of("id", "theirs")).then().statusCode(201).body("filter", nullValue());
    assertProblem(
        stranger.post(own + "/theirs/members", Map.of("add", List.of("a"))),
        422,
        "invalid-content");
    var viewer = Api.as(tokens.person("viewer", tenant));
    assertTrue(viewer.get(groups).<List<?>>path("items").size() == 1);
    assertProblem(viewer.delete(groups + "/mine"), 403, "forbidden");
  }

  private List<String> ids(String path) {
    var answer = operator.get(path);
    answer.then().statusCode(200);
    return answer.path("items.id");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
