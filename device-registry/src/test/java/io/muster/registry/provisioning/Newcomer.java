package io.muster.registry.provisioning;

import io.muster.registry.Api;
import io.muster.registry.DeviceKeys;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.security.KeyPair;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jose4j.jwt.JwtClaims;

/** A device that wants an identity: a serial number and a key. */
record Newcomer(String tenant, String serial, KeyPair keys) {
  static Newcomer of(String tenant, String serial) {
    return new Newcomer(tenant, serial, DeviceKeys.p256());
  }

  Response ask(String claimToken) {
    return ask(claimToken, body());
  }

  Response ask(String claimToken, Object body) {
    return Api.as(null)
        .request()
        .auth()
        .preemptive()
        .basic("provision@" + tenant, claimToken)
        .contentType(ContentType.JSON)
        .body(body)
        .post("/api/v1/provisioning");
  }

  Map<String, Object> body() {
    return body(proof(_ -> {}));
  }

  Map<String, Object> body(String proof) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("hardware", Map.of("kind", "serial", "value", serial));
    body.put("publicKey", DeviceKeys.pem(keys.getPublic()));
    body.put("algorithm", "ES256");
    body.put("proof", proof);
    return body;
  }

  String proof(Consumer<JwtClaims> change) {
    var claims = DeviceKeys.claims("serial-" + serial + "@" + tenant, Instant.now());
    claims.setAudience("muster-provision");
    claims.setExpirationTimeMinutesInTheFuture(5);
    change.accept(claims);
    return DeviceKeys.sign(keys, "ES256", claims);
  }

  /** A token that it signs itself, as any device with a key does. */
  String token() {
    return DeviceKeys.sign(
        keys, "ES256", DeviceKeys.claims("serial-" + serial + "@" + tenant, Instant.now()));
  }
}
