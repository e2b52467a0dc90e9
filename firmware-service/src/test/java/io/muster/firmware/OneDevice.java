package io.muster.firmware;

import io.muster.contract.id.DeviceAddress;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A tenant with one device and something to give to it; signatures are not demanded. */
public final class OneDevice {
  private final FirmwareStack stack;
  private final DeviceAddress address;
  private final Api api;
  private final String token;

  private OneDevice(FirmwareStack stack) {
    this.stack = stack;
    this.address = DeviceAddress.of(Api.freshTenant(), "lamp-1");
    stack.registry().add(address);
    this.api = Api.as(stack.person("admin", tenant()));
    settings(Map.of("signatureRequired", false));
    this.token = api.post(devices() + "/target-tokens", Map.of()).path("token");
  }

  public static OneDevice of(FirmwareStack stack) {
    return new OneDevice(stack);
  }

  public DeviceAddress address() {
    return address;
  }

  public String tenant() {
    return address.tenant().value();
  }

  public Api api() {
    return api;
  }

  /** {@code /{tenant}/controller/v1/{controllerId}}. */
  public String path() {
    return "/" + tenant() + "/controller/v1/" + address.device();
  }

  /** The device's target token. */
  public String token() {
    return token;
  }

  /** With that token. */
  public RequestSpecification request() {
    return Api.as(null).request().header("Authorization", "TargetToken " + token);
  }

  public void settings(Map<String, ?> settings) {
    var path = Api.of(tenant()) + "/firmware-settings";
    api.put(path, api.get(path).header("ETag"), settings).then().statusCode(200);
  }

  /** A released distribution of one artifact. */
  public String distribution(String version, byte[] bytes) {
    var artifact = api.upload(tenant(), "image.swu", bytes);
    artifact.then().statusCode(201);
    var module =
        make(
            "/software-modules",
            Map.of(
                "name",
                "base",
                "version",
                version,
                "type",
                "firmware",
                "artifacts",
                List.of(artifact.<String>path("id"))));
    var distribution =
        make(
            "/distributions",
            Map.of("name", "lamp", "version", version, "modules", List.of(module)));
    api.request()
        .post(Api.of(tenant()) + "/distributions/" + distribution + "/release")
        .then()
        .statusCode(200);
    return distribution;
  }

  /** Gives the device a distribution; gives the action's number. */
  public int assign(String distribution) {
    var made = api.post(actions(), Map.of("distribution", distribution));
    made.then().statusCode(201);
    return made.path("id");
  }

  /** The path at which the device fetches the first artifact of what it was given. */
  public String download(int action) {
    String href =
        request()
            .get(path() + "/deploymentBase/" + action)
            .path("deployment.chunks[0].artifacts[0]._links.download.href");
    return href.substring(href.indexOf("/" + tenant()));
  }

  public Response action(int number) {
    return api.get(actions() + "/" + number);
  }

  public String state(int number) {
    return action(number).path("state");
  }

  public String actions() {
    return devices() + "/firmware-actions";
  }

  /** What the service said to devices and others about this device, in its order. */
  public List<String> topics() {
    List<String> topics = new ArrayList<>();
    for (var position = 0L; ; ) {
      var page = stack.events(position);
      List<String> more = page.getList("items.topic");
      if (more.isEmpty()) {
        return topics;
      }
      more.stream().filter(it -> it.contains(address.toString())).forEach(topics::add);
      position = page.getLong("next");
    }
  }

  private String make(String below, Map<String, ?> body) {
    var made = api.post(Api.of(tenant()) + below, body);
    made.then().statusCode(201);
    return made.path("id");
  }

  private String devices() {
    return Api.of(tenant()) + "/devices/" + address.device();
  }
}
