package io.muster.firmware.manifest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.actions.Action;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.Distribution;
import io.muster.firmware.distributions.SoftwareModule;
import io.muster.firmware.signing.SignatureTable;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Base64;
import java.util.List;

/** Signs manifests. Waits; thread-safe. */
@Startup
@ApplicationScoped
@RegisterForReflection(
    targets = {
      Manifest.class,
      Manifest.Part.class,
      Manifest.File.class,
      Manifest.Vouched.class,
      Jws.Header.class,
      KeyIntroduction.class,
      KeyIntroduction.Jwk.class,
      ManifestKeyView.class,
      ManifestKeyView.State.class
    })
public class Manifests {
  private static final String TYPE = "muster-manifest+jws";

  private final ManifestKeys keys;
  private final Database database;
  private final ManifestConfig config;
  private final Clock clock;
  private final Counter byNewest;
  private final Counter byOlder;

  Manifests(
      ManifestKeys keys,
      Database database,
      ManifestConfig config,
      MeterRegistry meters,
      Clock clock) {
    this.keys = keys;
    this.database = database;
    this.config = config;
    this.clock = clock;
    this.byNewest = counter(meters, "newest");
    this.byOlder = counter(meters, "older");
  }

  private static Counter counter(MeterRegistry meters, String key) {
    return Counter.builder("muster.firmware.manifests")
        .tag("key", key)
        .description("Signed manifests; by an older key where the newest one is not here")
        .register(meters);
  }

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
    var signing = keys.signing(db);
    (signing.isNewest() ? byNewest : byOlder).increment();
    return Jws.sign(signing.key(), TYPE, manifest);
  }

  /** The key that signs now. */
  ManifestKey signing() {
    return database.use(db -> keys.signing(db).key());
  }

  /** What devices may verify manifests with, in the order in which it signs. */
  public List<ManifestKeyView> published() {
    var all = keys.all();
    var now = clock.instant();
    return ManifestKeyView.of(all.ring().published(now), all.signing().orElse(null), now);
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
}
