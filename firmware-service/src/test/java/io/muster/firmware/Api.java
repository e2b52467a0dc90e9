package io.muster.firmware;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
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

  public Response post(String path, Object body) {
    return request().contentType(ContentType.JSON).body(body).post(path);
  }

  public Response put(String path, String ifMatch, Object body) {
    var request = request().contentType(ContentType.JSON).body(body);
    return (ifMatch == null ? request : request.header("If-Match", ifMatch)).put(path);
  }

  public Response delete(String path) {
    return request().delete(path);
  }

  /** Uploads an artifact in one request. */
  public Response upload(String tenant, String filename, byte[] bytes) {
    return request()
        .contentType("application/octet-stream")
        .body(bytes)
        .post(of(tenant) + "/artifacts?filename=" + filename);
  }

  /** {@code /api/v1/tenants/{tenant}}. */
  public static String of(String tenant) {
    return "/api/v1/tenants/" + tenant;
  }
}
