package io.muster.firmware;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From an upload to an installed update, over REST and hawkBit's API. */
@ServiceTest
class ServiceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final byte[] BYTES = new byte[100_000];

  static {
    new Random(1).nextBytes(BYTES);
  }

  FirmwareStack stack;
  private DeviceAddress device;
  private String tenant;
  private Api api;

  @BeforeEach
  void makeADevice() {
    device = DeviceAddress.of(Api.freshTenant(), "lamp-1");
    tenant = device.tenant().value();
    stack.registry().add(device);
    api = Api.as(stack.person("admin", tenant));
  }

  @Test
  void itIsReadyAndDescribesItsInterface() {
    Api.as(null).get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
    Map<String, Object> paths =
        Api.as(null)
            .request()
            .accept("application/json")
            .get("/q/openapi?format=json")
            .path("paths");
    assertTrue(paths.containsKey("/api/v1/tenants/{tenant}/artifacts"), paths.keySet().toString());
    assertTrue(paths.containsKey("/{tenant}/controller/v1/{controllerId}"));
  }

  /** The client's word for it, in a class of its own that says nothing else. */
  @Test
  void aDroppedWakeUpIsNotWorthALine() throws ClassNotFoundException {
    var client =
        Class.forName(
            "com.hivemq.client.internal.mqtt.handler.publish.incoming.MqttIncomingPublishService");
    assertFalse(Logger.getLogger(client).isEnabled(Logger.Level.WARN));
    assertTrue(Logger.getLogger(client.getPackageName()).isEnabled(Logger.Level.WARN));
  }

  @Test
  void anUpdateGoesFromItsUploadToTheDevice() throws GeneralSecurityException {
    var distribution = released();
    var token = token();
    assign(distribution).then().statusCode(201).body("id", equalTo(1));
    var root = ask(token, "");
    root.then().statusCode(200).body("config.polling.sleep", equalTo("00:05:00"));
    assertTrue(root.<String>path("_links.deploymentBase.href").endsWith("/deploymentBase/1"));
    var deployment = ask(token, "/deploymentBase/1");
    deployment.then().statusCode(200).body("id", equalTo("1"));
    deployment.then().body("deployment.chunks[0].part", equalTo("os"));
    var file = download(deployment);
    var cut = request(token).header("Range", "bytes=99990-").get(file);
    cut.then().statusCode(206).header("Content-Range", "bytes 99990-99999/100000");
    assertEquals(10, cut.asByteArray().length);
    assertArrayEquals(BYTES, request(token).get(file).asByteArray());
    request(token)
        .header("Range", "bytes=0-1,4-5")
        .get(file)
        .then()
        .statusCode(206)
        .contentType(org.hamcrest.Matchers.startsWith("multipart/byteranges"));
    request(token).header("Range", "bytes=200000-").get(file).then().statusCode(416);
    assertEquals(3, ask(token, "/deploymentBase/1/manifest").asString().split("\\.").length);
    feedback(token, "proceeding", "none").then().statusCode(200);
    feedback(token, "closed", "success").then().statusCode(200);
    feedback(token, "closed", "success").then().statusCode(200);
    feedback(token, "closed", "failure").then().statusCode(410);
    api.get(actions() + "/1").then().body("state", equalTo("finished"));
    api.get(actions() + "/installed").then().body("items[0].version", equalTo("1.0"));
    assertTrue(ask(token, "").<String>path("_links.installedBase.href").endsWith("/1"));
  }

  @Test
  void whatNobodySignedIsNotReleased() {
    var distribution = distribution();
    ProblemMatcher.assertProblem(
        api.request().post(Api.of(tenant) + "/distributions/" + distribution + "/release"),
        409,
        "signature-missing");
    ProblemMatcher.assertProblem(assign(distribution), 409, "not-released");
  }

  @Test
  void whatIsWithdrawnIsGivenToNobody() throws GeneralSecurityException {
    var distribution = released();
    var path = Api.of(tenant) + "/distributions/" + distribution;
    var viewer = Api.as(stack.person("viewer", tenant));
    ProblemMatcher.assertProblem(viewer.request().post(path + "/withdraw"), 403, "forbidden");
    api.request()
        .post(path + "/withdraw")
        .then()
        .statusCode(200)
        .body("released", equalTo(false))
        .body("withdrawnBy", equalTo("pat-admin"));
    ProblemMatcher.assertProblem(assign(distribution), 409, "distribution-withdrawn");
    api.request().post(path + "/release").then().body("released", equalTo(true));
    assign(distribution).then().statusCode(201);
  }

  @Test
  void whatADeletedKeySignedIsNotReleased() throws GeneralSecurityException {
    var artifact = artifact();
    var key = sign(artifact);
    var distribution = distribution(module(artifact));
    api.delete(Api.of(tenant) + "/signing-keys/" + key).then().statusCode(204);
    ProblemMatcher.assertProblem(
        api.request().post(Api.of(tenant) + "/distributions/" + distribution + "/release"),
        409,
        "signature-missing");
  }

  @Test
  void aModuleHasAHundredArtifactsAndADistributionTwentyModules() {
    var plain = Map.of("name", "base", "version", "1.0");
    assertTooMany("distributions", "modules", 20, plain);
    var typed = new HashMap<String, Object>(plain);
    typed.put("type", "firmware");
    assertTooMany("software-modules", "artifacts", 100, typed);
  }

  private void assertTooMany(String resource, String member, int most, Map<String, ?> more) {
    for (var count : List.of(most, most + 1)) {
      var body = new HashMap<String, Object>(more);
      body.put(member, Stream.generate(UUID::randomUUID).limit(count).toList());
      // So many as there may be are looked for, and the first of them is none.
      ProblemMatcher.assertProblem(
              api.post(Api.of(tenant) + "/" + resource, body), 422, "invalid-content")
          .body("errors[0].pointer", equalTo("/" + member + (count > most ? "" : "/0")));
    }
  }

  @Test
  void anUploadGoesOnWhereItWasCutOff() {
    var uploads = Api.of(tenant) + "/artifact-uploads";
    var begun = api.post(uploads, Map.of("filename", "a.swu", "sizeBytes", BYTES.length));
    begun.then().statusCode(201);
    var upload = uploads + "/" + begun.path("id");
    patch(upload, 0, 0, 60_000).then().statusCode(204).header("Upload-Offset", "60000");
    ProblemMatcher.assertProblem(patch(upload, 0, 0, 10), 409, "upload-offset");
    ProblemMatcher.assertProblem(api.request().post(upload + "/complete"), 409, "upload-offset");
    patch(upload, 60_000, 60_000, BYTES.length).then().statusCode(204);
    var artifact = api.request().post(upload + "/complete");
    artifact.then().statusCode(201).body("sizeBytes", equalTo(BYTES.length));
    assertArrayEquals(
        BYTES,
        api.get(Api.of(tenant) + "/artifacts/" + artifact.path("id") + "/content").asByteArray());
  }

  @Test
  void anArtifactInUseIsNotDeletedAndOthersDoNotSeeIt() {
    var artifact = artifact();
    module(artifact);
    ProblemMatcher.assertProblem(
        api.delete(Api.of(tenant) + "/artifacts/" + artifact), 409, "artifact-in-use");
    var stranger = Api.as(stack.person("admin", Api.freshTenant()));
    ProblemMatcher.assertProblem(
        stranger.get(Api.of(tenant) + "/artifacts/" + artifact), 403, "forbidden");
  }

  @Test
  void tooManyBytesAreRefused() {
    ProblemMatcher.assertProblem(
        api.upload(tenant, "big", new byte[FirmwareStack.MAX_BYTES + 1]), 413, "too-large");
  }

  @Test
  void aBodyThatDoesNotSayItsLengthIsBoundedToo() throws Exception {
    var bytes = new byte[100_000];
    Arrays.fill(bytes, (byte) ' ');
    var request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:" + RestAssured.port + Api.of(tenant) + "/distributions"))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Authorization", "Bearer " + stack.person("admin", tenant))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)))
            .build();
    try (var client = HttpClient.newHttpClient()) {
      var answer = client.send(request, BodyHandlers.ofString());
      assertEquals(413, answer.statusCode());
      assertTrue(answer.body().contains("urn:muster:problem:too-large"), answer.body());
    }
  }

  @Test
  void strangersGetNothingFromTheDeviceApi() {
    var token = token();
    var other = DeviceAddress.of(tenant, "lamp-2");
    stack.registry().add(other);
    for (var shown : List.of("TargetToken " + "0".repeat(32), "GatewayToken x", "Bearer x")) {
      var answer = Api.as(null).request().header("Authorization", shown).get(path());
      assertTrue(answer.statusCode() == 401 || answer.statusCode() == 503, shown);
    }
    Api.as(null).get(path()).then().statusCode(401);
    request(token).get("/" + tenant + "/controller/v1/lamp-2").then().statusCode(401);
    request(token).get("/nobody/controller/v1/lamp-1").then().statusCode(401);
    request(token)
        .get("/" + tenant.toUpperCase(java.util.Locale.ROOT) + "/controller/v1/lamp-1")
        .then()
        .statusCode(200);
  }

  /** Gives the key that it is signed with. */
  private String sign(String artifact) throws GeneralSecurityException {
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var key =
        api.post(
            Api.of(tenant) + "/signing-keys", Map.of("name", "release", "publicKey", pem(pair)));
    key.then().statusCode(201);
    var signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(MessageDigest.getInstance("SHA-256").digest(BYTES));
    api.post(
            Api.of(tenant) + "/artifacts/" + artifact + "/signatures",
            Map.of(
                "signingKey",
                key.path("id"),
                "signature",
                Base64.getEncoder().encodeToString(signer.sign())))
        .then()
        .statusCode(200);
    return key.path("id");
  }

  private String released() throws GeneralSecurityException {
    var artifact = artifact();
    sign(artifact);
    var distribution = distribution(module(artifact));
    api.request()
        .post(Api.of(tenant) + "/distributions/" + distribution + "/release")
        .then()
        .statusCode(200);
    return distribution;
  }

  private String artifact() {
    var made = api.upload(tenant, "image.swu", BYTES);
    made.then().statusCode(201);
    return made.path("id");
  }

  private String module(String artifact) {
    var made =
        api.post(
            Api.of(tenant) + "/software-modules",
            Map.of(
                "name",
                "base",
                "version",
                "1.0",
                "type",
                "firmware",
                "artifacts",
                List.of(artifact)));
    made.then().statusCode(201);
    return made.path("id");
  }

  private String distribution() {
    return distribution(module(artifact()));
  }

  private String distribution(String module) {
    var made =
        api.post(
            Api.of(tenant) + "/distributions",
            Map.of("name", "lamp", "version", "1.0", "modules", List.of(module)));
    made.then().statusCode(201);
    return made.path("id");
  }

  private String token() {
    var made = api.post(Api.of(tenant) + "/devices/lamp-1/target-tokens", Map.of());
    made.then().statusCode(201);
    return made.path("token");
  }

  @Test
  void aDeletedTenantIsNoneAndItsDevicesAreNobody() throws GeneralSecurityException {
    assign(released()).then().statusCode(201);
    var token = token();
    assertEquals(200, ask(token, "").statusCode());
    stack.registry().delete(device.tenant());
    await().atMost(PATIENCE).until(() -> api.get(actions()).statusCode() == 404);
    assertEquals(404, api.get(Api.of(tenant) + "/artifacts").statusCode());
    assertEquals(404, api.upload(tenant, "late.bin", BYTES).statusCode());
    await().atMost(PATIENCE).until(() -> ask(token, "").statusCode() == 401);
  }

  private Response assign(String distribution) {
    return api.post(actions(), Map.of("distribution", distribution));
  }

  private String actions() {
    return Api.of(tenant) + "/devices/lamp-1/firmware-actions";
  }

  private String path() {
    return "/" + tenant + "/controller/v1/lamp-1";
  }

  private io.restassured.specification.RequestSpecification request(String token) {
    return Api.as(null).request().header("Authorization", "TargetToken " + token);
  }

  private Response ask(String token, String below) {
    return request(token).get(path() + below);
  }

  /** The path of its address: the test's port is another one. */
  private static String download(Response deployment) {
    return java.net
        .URI
        .create(deployment.path("deployment.chunks[0].artifacts[0]._links.download.href"))
        .getPath();
  }

  private Response feedback(String token, String execution, String finished) {
    return request(token)
        .contentType("application/json")
        .body(
            """
            {"id":"1","status":{"execution":"%s","result":{"finished":"%s"},"details":["x"]}}\
            """
                .formatted(execution, finished)
                .getBytes(StandardCharsets.UTF_8))
        .post(path() + "/deploymentBase/1/feedback");
  }

  private Response patch(String upload, long offset, int from, int to) {
    return api.request()
        .contentType("application/octet-stream")
        .header("Upload-Offset", offset)
        .body(java.util.Arrays.copyOfRange(BYTES, from, to))
        .patch(upload);
  }

  private static String pem(KeyPair pair) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getEncoder().encodeToString(pair.getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }
}
