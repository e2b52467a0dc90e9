package io.muster.systemtests.firmware;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.stack.RunningStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Map;

/** What people do with the firmware of a tenant, over REST: everything is signed. */
final class Updates {
  private final RunningStack stack;
  private final String base;
  private final KeyPair keys;
  private final String signingKey;

  private Updates(RunningStack stack, String base, KeyPair keys) {
    this.stack = stack;
    this.base = base;
    this.keys = keys;
    this.signingKey =
        post("/signing-keys", "{\"name\":\"release\",\"publicKey\":\"%s\"}".formatted(pem(keys)))
            .path("id")
            .asText();
  }

  /**
   * Of a tenant, which gets a key to sign with.
   *
   * @param service {@code http://…} of a firmware-service
   */
  static Updates of(RunningStack stack, String service, TenantId tenant) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return new Updates(stack, service + "/api/v1/tenants/" + tenant, generator.generateKeyPair());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Uploads an artifact; gives its id. */
  String artifact(String filename, byte[] bytes) {
    var request =
        request("/artifacts?filename=" + filename)
            .header("Content-Type", "application/octet-stream")
            .POST(HttpRequest.BodyPublishers.ofByteArray(bytes))
            .build();
    try {
      var answer = stack.http().client().send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 201) {
        throw new AssertionError(answer.statusCode() + " " + answer.body());
      }
      return answer.body().replaceFirst("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A released distribution of one signed artifact; gives its id. */
  String released(String version, String filename, byte[] bytes) {
    return released(version, Map.of(filename, bytes));
  }

  /** A released distribution of signed artifacts, by their names; gives its id. */
  String released(String version, Map<String, byte[]> files) {
    var artifacts = new ArrayList<String>();
    files.forEach((filename, bytes) -> artifacts.add('"' + signed(filename, bytes) + '"'));
    var module =
        post(
                "/software-modules",
                "{\"name\":\"base\",\"version\":\"%s\",\"type\":\"firmware\",\"artifacts\":%s}"
                    .formatted(version, artifacts))
            .path("id")
            .asText();
    var distribution =
        post(
                "/distributions",
                "{\"name\":\"lamp\",\"version\":\"%s\",\"modules\":[\"%s\"]}"
                    .formatted(version, module))
            .path("id")
            .asText();
    post("/distributions/" + distribution + "/release", null);
    return distribution;
  }

  private String signed(String filename, byte[] bytes) {
    var artifact = artifact(filename, bytes);
    post(
        "/artifacts/" + artifact + "/signatures",
        "{\"signingKey\":\"%s\",\"signature\":\"%s\"}".formatted(signingKey, sign(bytes)));
    return artifact;
  }

  /** Gives a device a distribution; gives the action's number. */
  long assign(DeviceAddress device, String distribution) {
    return post(actions(device), "{\"distribution\":\"%s\"}".formatted(distribution))
        .path("id")
        .asLong();
  }

  void cancel(DeviceAddress device, long action) {
    post(actions(device) + "/" + action + "/cancel", null);
  }

  /** An action with its history. */
  JsonNode action(DeviceAddress device, long number) {
    return get(actions(device) + "/" + number);
  }

  String state(DeviceAddress device, long number) {
    return action(device, number).path("state").asText();
  }

  String token(DeviceAddress device) {
    return post("/devices/" + device.device() + "/target-tokens", "{}").path("token").asText();
  }

  JsonNode installed(DeviceAddress device) {
    return get(actions(device) + "/installed").path("items");
  }

  JsonNode get(String path) {
    return stack.http().get(base + path, stack.tokens().admin()).expect(200).json();
  }

  /** Fails with everything but success. */
  JsonNode post(String path, String json) {
    var answer = stack.http().post(base + path, stack.tokens().admin(), json);
    if (answer.status() / 100 != 2) {
      throw new AssertionError(path + ": " + answer.status() + " " + answer.body());
    }
    return answer.json();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .header("Authorization", "Bearer " + stack.tokens().admin());
  }

  private static String actions(DeviceAddress device) {
    return "/devices/" + device.device() + "/firmware-actions";
  }

  private String sign(byte[] bytes) {
    try {
      var signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(bytes);
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** As a JSON text has it. */
  private static String pem(KeyPair keys) {
    return "-----BEGIN PUBLIC KEY-----\\n"
        + Base64.getEncoder().encodeToString(keys.getPublic().getEncoded())
        + "\\n-----END PUBLIC KEY-----\\n";
  }
}
