package io.muster.command;

import static io.restassured.RestAssured.given;

import io.muster.contract.id.DeviceAddress;
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

  public Response send(DeviceAddress device, Object body) {
    return request().contentType(ContentType.JSON).body(body).post(commands(device));
  }

  /** Sends one that is taken; gives its id. */
  public String sent(DeviceAddress device, Object body) {
    var sent = send(device, body);
    sent.then().statusCode(201);
    return sent.path("id");
  }

  public Response read(DeviceAddress device, String id) {
    return get(commands(device) + "/" + id);
  }

  public String state(DeviceAddress device, String id) {
    var read = read(device, id);
    read.then().statusCode(200);
    return read.path("state");
  }

  public Response cancel(DeviceAddress device, String id) {
    return request().post(commands(device) + "/" + id + "/cancel");
  }

  public static String commands(DeviceAddress device) {
    return "/api/v1/tenants/" + device.tenant() + "/devices/" + device.device() + "/commands";
  }
}
