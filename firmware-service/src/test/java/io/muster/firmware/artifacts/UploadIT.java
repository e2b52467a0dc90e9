package io.muster.firmware.artifacts;

import static io.muster.firmware.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.firmware.Api;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.ServiceTest;
import io.restassured.response.Response;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Uploads in several requests, and what becomes of them. */
@ServiceTest
class UploadIT {
  private static final byte[] BYTES = new byte[10_000];

  static {
    new Random(5).nextBytes(BYTES);
  }

  FirmwareStack stack;
  private String tenant;
  private Api api;

  @BeforeEach
  void makeATenant() {
    tenant = Api.freshTenant();
    api = Api.as(stack.person("operator", tenant));
  }

  @Test
  void whoAsksAgainWhetherItIsCompleteGetsTheSame() {
    var upload = begin(Map.of("filename", "a.bin", "sizeBytes", BYTES.length));
    patch(upload, 0, BYTES).then().statusCode(204);
    api.get(upload).then().body("artifact", nullValue()).body("keptBytes", equalTo(10_000));
    String artifact = complete(upload).then().statusCode(201).extract().path("id");
    complete(upload).then().statusCode(201).body("id", equalTo(artifact));
    api.get(upload).then().body("artifact", equalTo(artifact)).body("keptBytes", equalTo(10_000));
    assertProblem(patch(upload, 10_000, BYTES), 404, "not-found");
    api.delete(Api.of(tenant) + "/artifacts/" + artifact).then().statusCode(204);
    assertProblem(complete(upload), 404, "not-found");
  }

  @Test
  void bytesThatAreNotTheAnnouncedOnesAreRefused() throws Exception {
    var upload = begin(Map.of("filename", "a.bin", "sha256", sha256(BYTES)));
    patch(upload, 0, new byte[10]).then().statusCode(204);
    assertProblem(complete(upload), 422, "invalid-content");
    assertProblem(api.get(upload), 404, "not-found");
  }

  @Test
  void moreBytesThanAnnouncedAreRefusedAndWhatIsKeptStays() {
    var upload = begin(Map.of("filename", "a.bin", "sizeBytes", 5));
    assertProblem(patch(upload, 0, BYTES), 413, "too-large");
    api.get(upload).then().body("keptBytes", equalTo(5));
    complete(upload).then().statusCode(201).body("sizeBytes", equalTo(5));
  }

  @Test
  void anEmptyFileIsNoArtifact() {
    assertProblem(api.upload(tenant, "a.bin", new byte[0]), 422, "invalid-content")
        .body("errors[0].detail", containsString("at least one byte"));
    var upload = begin(Map.of("filename", "a.bin"));
    assertProblem(complete(upload), 409, "upload-offset");
    patch(upload, 0, new byte[1]).then().statusCode(204);
    complete(upload).then().statusCode(201);
  }

  @Test
  void whatIsWrongIsAParameterOrAMemberOfTheBodyByItsName() throws Exception {
    assertMember("/sizeBytes", Map.of("filename", "a.bin", "sizeBytes", -1));
    assertMember("/sizeBytes", Map.of("filename", "a.bin", "sizeBytes", 0));
    assertMember("/sha256", Map.of("filename", "a.bin", "sha256", "x"));
    assertMember("/filename", Map.of("filename", "../a"));
    assertMember("/filename", Map.of("sizeBytes", 1));
    assertParameter("filename", 400, api.upload(tenant, ".a", BYTES));
    assertParameter("sha256", 400, api.upload(tenant, "a.bin&sha256=x", BYTES));
    var other = "a.bin&sha256=" + sha256(new byte[1]);
    assertParameter("sha256", 422, api.upload(tenant, other, BYTES));
  }

  private void assertMember(String pointer, Map<String, ?> body) {
    assertProblem(api.post(Api.of(tenant) + "/artifact-uploads", body), 422, "invalid-content")
        .body("errors.pointer", equalTo(List.of(pointer)));
  }

  private static void assertParameter(String name, int status, Response answer) {
    assertProblem(answer, status, status == 400 ? "malformed-request" : "invalid-content")
        .body("errors.parameter", equalTo(List.of(name)));
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void theSameBytesOfTwoTenantsAreTwoArtifacts() {
    String own = api.upload(tenant, "a.bin", BYTES).then().statusCode(201).extract().path("id");
    var otherTenant = Api.freshTenant();
    var other = Api.as(stack.person("operator", otherTenant));
    String theirs = other.upload(otherTenant, "b.bin", BYTES).path("id");
    api.delete(Api.of(tenant) + "/artifacts/" + own).then().statusCode(204);
    assertArrayEquals(
        BYTES, other.get(Api.of(otherTenant) + "/artifacts/" + theirs + "/content").asByteArray());
    assertEquals(404, api.get(Api.of(tenant) + "/artifacts/" + theirs).statusCode());
  }

  @Test
  void othersNeitherSeeNorTouchAnUpload() {
    var upload = begin(Map.of("filename", "a.bin"));
    var stranger = Api.as(stack.person("admin", Api.freshTenant()));
    assertProblem(stranger.get(upload), 403, "forbidden");
    assertProblem(stranger.request().post(upload + "/complete"), 403, "forbidden");
    var viewer = Api.as(stack.person("viewer", tenant));
    assertProblem(viewer.delete(upload), 403, "forbidden");
    var second = Api.freshTenant();
    var both = Api.as(stack.person("operator", tenant, second));
    assertProblem(both.get(upload.replace(tenant, second)), 404, "not-found");
    api.delete(upload).then().statusCode(204);
    assertProblem(api.get(upload), 404, "not-found");
  }

  private String begin(Map<String, ?> body) {
    var begun = api.post(Api.of(tenant) + "/artifact-uploads", body);
    begun.then().statusCode(201);
    return Api.of(tenant) + "/artifact-uploads/" + begun.path("id");
  }

  private Response patch(String upload, long offset, byte[] bytes) {
    return api.request()
        .contentType("application/octet-stream")
        .header("Upload-Offset", offset)
        .body(bytes)
        .patch(upload);
  }

  private Response complete(String upload) {
    return api.request().post(upload + "/complete");
  }
}
