package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1Pod;
import io.muster.deployment.Checkout;
import io.muster.deployment.chart.Rendering.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Helm's library leaves hooks out: in a copy of the chart they are none, and so are rendered. */
class HooksTest {
  @TempDir static Path folder;

  @BeforeAll
  static void copyWithoutHooks() throws IOException {
    Checkout.copyChart(folder, text -> text.replace("helm.sh/hook", "copied.test/hook"));
  }

  @Test
  void theTestOfAReleaseIsAPodThatIsLegalAndRestricted() {
    var pod = rendered(Request.of()).find("Pod", "muster-test-reading").orElseThrow();
    assertDoesNotThrow(() -> V1Pod.validateJsonElement(new Gson().toJsonTree(pod.tree().node())));
    assertEquals("test", pod.tree().at("metadata", "annotations", "copied.test/hook").text());
    assertEquals("Never", pod.pod().at("restartPolicy").text());
    assertEquals("true", pod.pod().at("securityContext", "runAsNonRoot").text());
    var container = pod.containers().getFirst();
    assertEquals("true", container.at("securityContext", "readOnlyRootFilesystem").text());
    assertEquals(List.of("check"), container.at("args").texts());
    assertTrue(container.at("resources", "limits", "memory").exists());
  }

  @ParameterizedTest
  @ValueSource(strings = {"values.yaml", "values-production.yaml"})
  void whatRunsForAWhileIsRestrictedAndSaysWhatItNeedsLikeWhatStays(String file) {
    var hooks = 0;
    for (var workload : rendered(Request.of(file)).workloads()) {
      if (!workload.runsOn()) {
        hooks++;
        HardeningTest.assertRestricted(workload, file + ": " + workload);
        assertEquals("false", workload.pod().at("automountServiceAccountToken").text());
        var resources = workload.containers().getFirst().at("resources");
        assertTrue(resources.at("requests", "cpu").exists(), workload::toString);
        assertTrue(resources.at("limits", "memory").exists(), workload::toString);
      }
    }
    // The test of a release, and in production a migration of each service.
    assertEquals(file.equals("values.yaml") ? 1 : 5, hooks);
  }

  @Test
  void theTestIsToldWhatItReads() {
    var check =
        Checkout.read("token-issuer/src/main/java/io/muster/issuer/check/ReadingCheck.java");
    var pod = rendered(Renderings.BY_ISSUER).find("Pod", "muster-test-reading").orElseThrow();
    for (var variable : pod.containers().getFirst().at("env").items()) {
      var name = variable.at("name").text();
      assertTrue(check.contains("{@code " + name + "}"), name);
    }
  }

  @Test
  void theTestFindsWhatItMounts() {
    for (var request : List.of(Request.of(), Renderings.BY_ISSUER)) {
      var rendering = rendered(request);
      var pod = rendering.find("Pod", "muster-test-reading").orElseThrow();
      for (var volume : pod.pod().at("volumes").items()) {
        volume
            .at("secret", "secretName")
            .ifText()
            .ifPresent(
                name ->
                    assertTrue(
                        ReferencesTest.issuersSecrets(rendering).contains(name), () -> name));
      }
    }
  }

  @Test
  void withAnIssuerOfYourOwnTheTestNeedsAToken() {
    var request = Request.of().with("people.issuer", "https://login.example.org");
    assertTrue(rendered(request).of("Pod").isEmpty());
    var with = rendered(request.with("tests.tokenSecret", "mine"));
    assertEquals(
        "mine",
        with.of("Pod")
            .getFirst()
            .pod()
            .at("volumes")
            .items()
            .getFirst()
            .at("secret", "secretName")
            .text());
  }

  /** Of the chart's issuer, of one that the JDK knows, and of one that it does not. */
  @Test
  void theTestBelievesWhoeverSignedTheCertificateOfTheEndpoint() {
    assertEquals("muster-endpoint-tls", endpointAuthority(Request.of()));
    var known =
        Request.of()
            .with("endpoint.tls.secretName", "my-endpoint")
            .with("endpoint.hostnames[0]", "mqtt.example.org");
    assertEquals("", endpointAuthority(known));
    assertEquals("my-ca", endpointAuthority(known.with("tests.endpointCaSecret", "my-ca")));
  }

  private String endpointAuthority(Request request) {
    var pod = rendered(request).find("Pod", "muster-test-reading").orElseThrow();
    var environment = pod.containers().getFirst().at("env").text();
    var mounts = pod.containers().getFirst().at("volumeMounts").text();
    // The name in a certificate of somebody else's is not that of the Service.
    assertEquals(
        request.values().containsKey("endpoint.hostnames[0]"),
        environment.contains("name=MUSTER_CHECK_ENDPOINT_NAME, value=mqtt.example.org"));
    var authority =
        pod.pod().at("volumes").items().stream()
            .filter(volume -> volume.at("name").text().equals("endpoint-ca"))
            .map(volume -> volume.at("secret", "secretName").text())
            .findFirst()
            .orElse("");
    assertEquals(!authority.isEmpty(), environment.contains("MUSTER_CHECK_ENDPOINT_CA_FILE"));
    assertEquals(!authority.isEmpty(), mounts.contains("/var/run/muster/endpoint-ca"));
    return authority;
  }

  @Test
  void migrationsRunBeforeTheNewPodsWhichThenDoNotMigrate() {
    var rendering = rendered(Request.of("values-production.yaml"));
    var jobs = rendering.of("Job");
    assertEquals(4, jobs.size());
    for (var job : jobs) {
      assertDoesNotThrow(() -> V1Job.validateJsonElement(new Gson().toJsonTree(job.tree().node())));
      var hook = job.tree().at("metadata", "annotations", "copied.test/hook").text();
      assertEquals("pre-install,pre-upgrade", hook);
      var told = new java.util.TreeSet<String>();
      for (var variable : job.containers().getFirst().at("env").items()) {
        told.add(variable.at("name").text());
      }
      // A system test (MigrationJobIT) runs each service with these; the rest is how it speaks TLS.
      told.removeIf(name -> name.matches("QUARKUS_DATASOURCE_.*|.*_CA_FILE|MUSTER_SERVICES_.*"));
      assertEquals(
          java.util.Set.of(
              "JDK_JAVA_OPTIONS",
              "MUSTER_DATABASE_PASSWORD",
              "MUSTER_DATABASE_URL",
              "MUSTER_DATABASE_USER",
              "MUSTER_LOG_JSON",
              "QUARKUS_INIT_AND_EXIT"),
          told);
      assertFalse(job.pod().at("serviceAccountName").exists(), "it is not there yet");
    }
    for (var name : List.of("registry", "ingest", "command", "firmware")) {
      var environment = rendering.workload(name).containers().getFirst().at("env").items();
      assertTrue(
          environment.stream()
              .anyMatch(
                  each ->
                      each.at("name").text().equals("QUARKUS_FLYWAY_MIGRATE_AT_START")
                          && each.at("value").text().equals("false")));
    }
  }

  @Test
  void migrationsMayReachTheDatabaseBeforeTheyBeginAndNothingElse() {
    var rendering = rendered(Request.of("values-production.yaml"));
    var policy = rendering.find("NetworkPolicy", "muster-migration").orElseThrow().tree();
    for (var job : rendering.of("Job")) {
      assertTrue(job.podLabels().holds(policy.at("spec", "podSelector", "matchLabels")));
    }
    var annotations = policy.at("metadata", "annotations");
    assertEquals("pre-install,pre-upgrade", annotations.at("copied.test/hook").text());
    // Hooks run in the order of their weights; a Job has 0.
    assertEquals("-5", annotations.at("copied.test/hook-weight").text());
    assertTrue(policy.at("spec", "ingress").items().isEmpty());
    var ports = new java.util.TreeSet<String>();
    for (var rule : policy.at("spec", "egress").items()) {
      rule.at("ports").items().forEach(port -> ports.add(port.at("port").text()));
    }
    assertEquals(java.util.Set.of("53", "5432"), ports);
  }

  @Test
  void underArgoMigrationsAreAWaveBetweenDatabaseAndServices() {
    var rendering = rendered(Request.of("values-production.yaml").with("argocd.syncWaves", true));
    for (var job : rendering.of("Job")) {
      var annotations = job.tree().at("metadata", "annotations");
      assertEquals("Sync", annotations.at("argocd.argoproj.io/hook").text());
      assertEquals("0", annotations.at("argocd.argoproj.io/sync-wave").text());
      assertFalse(annotations.at("copied.test/hook").exists());
    }
    assertEquals(
        "1",
        rendering
            .workload("registry")
            .tree()
            .at("metadata", "annotations", "argocd.argoproj.io/sync-wave")
            .text());
  }

  @Test
  void underArgoAVolumeIsAskedForInTheWaveOfWhatMountsIt() {
    var rendering = rendered(Renderings.EVERYTHING);
    var claims = 0;
    for (var claim : rendering.of("PersistentVolumeClaim")) {
      for (var workload : rendering.workloads()) {
        var mounted =
            workload.pod().at("volumes").items().stream()
                .map(each -> each.at("persistentVolumeClaim", "claimName").text());
        if (mounted.anyMatch(claim.name()::equals)) {
          claims++;
          // With WaitForFirstConsumer it stays pending until then, and Argo CD waits in its wave.
          assertEquals(wave(workload), wave(claim), claim::toString);
        }
      }
    }
    assertEquals(1, claims);
  }

  private static String wave(Manifest manifest) {
    return manifest.tree().at("metadata", "annotations", "argocd.argoproj.io/sync-wave").text();
  }

  private Rendering rendered(Request request) {
    return Rendering.of(request.at(folder));
  }
}
