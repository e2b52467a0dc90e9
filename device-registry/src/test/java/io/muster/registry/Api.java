package io.muster.registry;

import static io.restassured.RestAssured.given;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The service's REST interface, as somebody with a token sees it. */
public final class Api {
  private final String token;

  private Api(String token) {
    this.token = token;
  }

  public static Api as(String token) {
    return new Api(token);
  }

  /** A name that no other test uses. */
  public static String freshTenant() {
    return "t" + UUID.randomUUID().toString().substring(0, 13);
  }

  public RequestSpecification request() {
    var request = given().urlEncodingEnabled(false);
    return token == null ? request : request.auth().preemptive().oauth2(token);
  }

  public Response get(String path) {
    return request().get(path);
  }

  /** Registers an authority of a tenant's own, and proves that its key is there. */
  public void activate(String tenant, TestAuthority authority) {
    var authorities = "/api/v1/tenants/" + tenant + "/certificate-authorities";
    var announced =
        post(authorities, Map.of("certificate", DeviceCertificates.pem(authority.certificate())));
    announced.then().statusCode(201);
    var proof = authority.issue(TestAuthority.wanted("CN=" + announced.<String>path("code")));
    post(
            authorities + "/" + announced.path("id") + "/proof",
            Map.of("certificate", DeviceCertificates.pem(proof)))
        .then()
        .statusCode(200);
  }

  public Response post(String path, Object body) {
    return request().contentType(ContentType.JSON).body(body).post(path);
  }

  public Response put(String path, String ifMatch, Object body) {
    var request = request().contentType(ContentType.JSON).body(body);
    return (ifMatch == null ? request : request.header("If-Match", ifMatch)).put(path);
  }

  public Response patch(String path, Object body) {
    return request().contentType("application/merge-patch+json").body(body).patch(path);
  }

  /** Asks whether a client may connect. */
  public VerifyAnswer verify(VerifyRequest question) {
    try {
      var answer =
          post(
              "/internal/v1/credentials/verify",
              ContractJson.mapper().writeValueAsString(question));
      answer.then().statusCode(200);
      return ContractJson.mapper().readValue(answer.asString(), VerifyAnswer.class);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * The actions that the audit of a tenant has, the latest first.
   *
   * @param question the query
   */
  public List<String> audited(String tenant, String question) {
    var answer = get("/api/v1/tenants/" + tenant + "/audit?" + question);
    answer.then().statusCode(200);
    return answer.path("items.action");
  }

  public Response delete(String path) {
    return request().delete(path);
  }

  /** Makes a tenant of a fresh name. */
  public String tenant() {
    var tenant = freshTenant();
    post("/api/v1/tenants", Map.of("id", tenant)).then().statusCode(201);
    return tenant;
  }

  /** Makes a device; gives its path. */
  public String device(String tenant, String id) {
    post(devices(tenant), Map.of("id", id)).then().statusCode(201);
    return devices(tenant) + "/" + id;
  }

  /** Makes a secret for the device at a path. */
  public Response secret(String devicePath) {
    var created = post(devicePath + "/credentials", Map.of("kind", "secret"));
    created.then().statusCode(201);
    return created;
  }

  public static String devices(String tenant) {
    return "/api/v1/tenants/" + tenant + "/devices";
  }
}
