package io.muster.firmware.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.actions.Action;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.Distribution;
import io.muster.firmware.distributions.SoftwareModule;
import io.muster.firmware.signing.SignatureTable;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;

/** Signs manifests: JWS, compact (RFC 7515 §7.1), ES256. Thread-safe. */
@ApplicationScoped
@RegisterForReflection(
    targets = {
      Manifest.class,
      Manifest.Part.class,
      Manifest.File.class,
      Manifest.Vouched.class,
      Manifests.Header.class
    })
public class Manifests {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final String TYPE = "muster-manifest+jws";

  private final ManifestKey key;
  private final ManifestConfig config;
  private final Clock clock;

  Manifests(ManifestConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
    try {
      this.key = ManifestKey.of(config.keyFile());
    } catch (IOException e) {
      throw new UncheckedIOException("the key for manifests: " + e.getMessage(), e);
    }
  }

  /** The JOSE header. */
  public record Header(String alg, String typ, String kid) {}

  /** The signed manifest of an action. */
  public String sign(Sql db, DeviceAddress device, Action action, Distribution distribution) {
    var now = clock.instant();
    var manifest =
        new Manifest(
            device.tenant().value(),
            device.device().value(),
            action.number(),
            now.getEpochSecond(),
            now.plus(config.validFor()).getEpochSecond(),
            distribution.name(),
            distribution.version(),
            distribution.deviceTypes(),
            distribution.modules().stream().map(module -> part(db, module)).toList());
    var text = base64(new Header("ES256", TYPE, key.id())) + "." + base64(manifest);
    return text + "." + BASE64.encodeToString(key.sign(text.getBytes(StandardCharsets.US_ASCII)));
  }

  /** What devices verify manifests with, in PEM. */
  String publicKey() {
    return ManifestKey.pem("PUBLIC KEY", key.publicKey());
  }

  String keyId() {
    return key.id();
  }

  private static Manifest.Part part(Sql db, SoftwareModule module) {
    return new Manifest.Part(
        module.type().part(),
        module.name(),
        module.version(),
        module.artifacts().stream().map(artifact -> file(db, artifact)).toList());
  }

  private static Manifest.File file(Sql db, Artifact artifact) {
    return new Manifest.File(
        artifact.filename(),
        artifact.sizeBytes(),
        artifact.sha256().hex(),
        SignatureTable.of(db, artifact.key()).stream()
            .map(
                it ->
                    new Manifest.Vouched(
                        it.keyName(),
                        it.algorithm(),
                        Base64.getEncoder().encodeToString(it.signature())))
            .toList());
  }

  private static String base64(Object value) {
    try {
      return BASE64.encodeToString(ContractJson.mapper().writeValueAsBytes(value));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
