package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import io.muster.deployment.chart.Rendering.Request;
import io.muster.deployment.settings.Mappings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/guides/kubernetes.md promises of an installation, and each value does something. */
class PromisesTest {
  private static final Rendering SMALL = Rendering.of(Request.of());

  @Test
  void uninstallingLeavesDataUnlessToldOtherwise() {
    var artifacts = SMALL.find("PersistentVolumeClaim", "muster-firmware").orElseThrow().tree();
    var annotations = artifacts.at("metadata", "annotations");
    assertEquals("keep", annotations.at("helm.sh/resource-policy").text());
    assertEquals(
        "Delete=false,Prune=false", annotations.at("argocd.argoproj.io/sync-options").text());
    assertEquals(List.of("Retain", "Retain"), whenDeleted(SMALL));
    var told =
        Request.of()
            .with("broker.storage.whenDeleted", "Delete")
            .with("database.bundled.storage.whenDeleted", "Delete")
            .with("firmware.storage.whenDeleted", "Delete");
    assertEquals(List.of("Delete", "Delete"), whenDeleted(Rendering.of(told)));
    var going = Rendering.of(told).find("PersistentVolumeClaim", "muster-firmware").orElseThrow();
    assertFalse(going.tree().at("metadata", "annotations").exists(), going::text);
  }

  private static List<String> whenDeleted(Rendering rendering) {
    return rendering.of("StatefulSet").stream()
        .map(each -> each.tree().at("spec", "persistentVolumeClaimRetentionPolicy"))
        .peek(policy -> assertEquals("Retain", policy.at("whenScaled").text()))
        .map(policy -> policy.at("whenDeleted").text())
        .toList();
  }

  /**
   * The guide's line for line: claims and sets that are there, and every size that cannot just be
   * raised.
   */
  @Test
  void theGuideSaysHowAVolumeIsEnlarged() {
    var guide = Checkout.read("docs/guides/kubernetes.md");
    for (var set : SMALL.of("StatefulSet")) {
      assertTrue(guide.contains("data-" + set.name() + "-0"), set::toString);
      assertTrue(guide.contains(set.name() + "`") || guide.contains(set.name() + " --cascade"));
    }
    assertTrue(guide.contains("kubectl -n iot delete statefulset muster-broker --cascade=orphan"));
    var from = guide.indexOf("\n### A larger volume\n");
    var said = guide.substring(from, guide.indexOf("\n## ", from));
    // What stands on a command line alone the next upgrade does not know.
    assertFalse(said.contains("--set "), said);
    assertTrue(said.contains("broker:\n  storage: {size: 40Gi}\n"), said);
    // Argo CD would make it anew with the old size: nothing is to wait for between the two.
    assertTrue(said.indexOf("approved") < said.indexOf("merge at once"), said);
    assertTrue(said.indexOf("merge at once") < said.indexOf("argocd app sync"), said);
    var runbook = Checkout.read("docs/runbooks/MusterDiskFills.md");
    assertTrue(runbook.contains("(../guides/kubernetes.md#a-larger-volume)"), runbook);
  }

  /** Kubernetes' "forced rollback": else a broken pod stays until somebody deletes it by hand. */
  @Test
  void aRollbackReplacesAPodThatNeverBecameReady() {
    var sets = SMALL.of("StatefulSet");
    assertEquals(2, sets.size());
    for (var set : sets) {
      var spec = set.tree().at("spec");
      assertEquals("Parallel", spec.at("podManagementPolicy").text(), set::toString);
      // One at a time all the same.
      assertEquals("1", spec.at("replicas").text(), set::toString);
    }
  }

  @Test
  void aChangeOfSettingsRollsThePodsOfThatServiceAlone(@TempDir Path folder) throws IOException {
    var settings = "command: {settings: {muster.command.removal.batch-rows: 500}}";
    var file = Files.writeString(folder.resolve("settings.yaml"), settings);
    var changed = Rendering.of(Request.of(file.toString()));
    for (var component : List.of("registry", "ingest", "command", "firmware", "issuer")) {
      var before = templateOf(SMALL, component);
      var after = templateOf(changed, component);
      assertTrue(before.at("annotations", "muster.io/settings").exists(), component);
      if (component.equals("command")) {
        assertNotEquals(before, after);
      } else {
        assertEquals(before, after);
      }
    }
  }

  private static Tree templateOf(Rendering rendering, String component) {
    return rendering.workload(component).tree().at("spec", "template", "metadata");
  }

  /** `lookup` asks a cluster that is not there at `helm template`; the others give what differs. */
  @Test
  void renderingNeedsNoClusterAndGivesTheSameTwice() {
    var changing =
        Pattern.compile("\\b(lookup|rand\\w+|gen\\w+|uuidv4|APIVersions)\\b|[({ ]now[ )}|]");
    for (var template : templates().toList()) {
      var found = changing.matcher(template.getValue());
      assertFalse(found.find(), () -> template.getKey() + ": " + found.group());
    }
    assertEquals(Renderings.EVERYTHING.text(), Renderings.EVERYTHING.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"registry", "ingest", "command", "firmware"})
  void instancesAreSpreadOverNodesAndZones(String component) {
    var workload = SMALL.workload(component);
    var keys = new TreeSet<String>();
    for (var each : workload.pod().at("topologySpreadConstraints").items()) {
      keys.add(each.at("topologyKey").text());
      assertTrue(workload.podLabels().holds(each.at("labelSelector", "matchLabels")));
    }
    assertEquals(2, keys.size());
    var budget = SMALL.find("PodDisruptionBudget", "muster-" + component).orElseThrow().tree();
    assertEquals("1", budget.at("spec", "maxUnavailable").text());
  }

  /** While an instance of each takes the place of another one. */
  @Test
  void theBundledDatabaseHasRoomForAnUpgrade() {
    var room = Pattern.compile("max_connections=(\\d+)");
    var found = room.matcher(SMALL.workload("database").containers().getFirst().at("args").text());
    assertTrue(found.find());
    var used = 0;
    for (var service : Mappings.SERVICES) {
      var properties = Checkout.read(service + "/src/main/resources/application.properties");
      for (var pool : List.of("reactive", "jdbc")) {
        used += number(properties, "quarkus.datasource." + pool + ".max-size=(\\d+)");
      }
    }
    var own = Set.of("muster.intake.lanes", "muster.reads.connections");
    for (var setting : Mappings.all("ingest-service")) {
      if (own.contains(setting.name())) {
        used += Integer.parseInt(setting.defaultValue());
      }
    }
    // Of ingest-service as well: one for what is told to replicas, one for sweeps. PostgreSQL keeps
    // three for itself.
    var most = 2 * (used + 2) + 3;
    assertTrue(most <= Integer.parseInt(found.group(1)), most + " connections, " + found.group());
  }

  private static int number(String text, String pattern) {
    var found = Pattern.compile(pattern).matcher(text);
    assertTrue(found.find(), pattern);
    return Integer.parseInt(found.group(1));
  }

  @Test
  void whatIsNoSettingArrivesAsWell() {
    var request =
        Request.of()
            .with("ingest.env[0].name", "EXTRA")
            .with("ingest.env[0].value", "yes")
            .with("ingest.envFrom[0].secretRef.name", "more")
            .with("ingest.volumes[0].name", "dumps")
            .with("ingest.volumeMounts[0].name", "dumps")
            .with("ingest.volumeMounts[0].mountPath", "/var/dumps")
            .with("ingest.javaOptions", "-Xlog:gc")
            .with("broker.env[0].name", "MUSTER_BROKER_TOKEN_ALGORITHMS")
            .with("broker.env[0].value", "ES384");
    var ingest = Rendering.of(request).workload("ingest");
    var environment = environment(ingest);
    assertEquals("yes", environment.get("EXTRA"));
    assertTrue(environment.get("JDK_JAVA_OPTIONS").endsWith(" -Xlog:gc"), environment::toString);
    var container = ingest.containers().getFirst();
    assertEquals("more", container.at("envFrom").items().getFirst().at("secretRef", "name").text());
    assertTrue(container.at("volumeMounts").text().contains("mountPath=/var/dumps"));
    assertTrue(ingest.pod().at("volumes").text().contains("name=dumps"));
    var broker = environment(Rendering.of(request).workload("broker"));
    assertEquals("ES384", broker.get("MUSTER_BROKER_TOKEN_ALGORITHMS"));
  }

  @Test
  void theDeviceEndpointIsPutBehindWhateverThereIs() {
    var request =
        Request.of()
            .with("endpoint.type", "LoadBalancer")
            .with("endpoint.annotations.class", "fast")
            .with("endpoint.loadBalancerClass", "example.org/nlb")
            .with("endpoint.loadBalancerSourceRanges[0]", "10.0.0.0/8")
            .with("endpoint.wss.enabled", true)
            .with("endpoint.mqtts.nodePort", 30883);
    var balanced = endpoint(request);
    assertEquals("fast", balanced.at("metadata", "annotations", "class").text());
    var spec = balanced.at("spec");
    assertEquals("LoadBalancer", spec.at("type").text());
    assertEquals("Local", spec.at("externalTrafficPolicy").text());
    assertEquals("example.org/nlb", spec.at("loadBalancerClass").text());
    assertEquals(List.of("10.0.0.0/8"), spec.at("loadBalancerSourceRanges").texts());
    assertEquals(2, spec.at("ports").items().size());
    assertEquals("30883", spec.at("ports").items().getFirst().at("nodePort").text());
    var inside = endpoint(request.with("endpoint.type", "ClusterIP")).at("spec");
    assertEquals("ClusterIP", inside.at("type").text());
    for (var outside : List.of("externalTrafficPolicy", "loadBalancerClass")) {
      assertFalse(inside.at(outside).exists(), outside);
    }
    assertFalse(inside.at("ports").items().getFirst().at("nodePort").exists());
  }

  /** `helm install --wait` would wait for an address that nobody gives. */
  @Test
  void aSmallHubAndAnEdgeNeedNoLoadBalancer() {
    var everything = Request.of().with("firmware.devices.enabled", true);
    for (var request : List.of(Request.of(), everything, Renderings.EDGE)) {
      for (var service : Rendering.of(request).of("Service")) {
        var type = service.tree().at("spec", "type").text();
        assertNotEquals("LoadBalancer", type, () -> request + ": " + service);
      }
    }
    var production = Rendering.of(Request.of("values-production.yaml"));
    for (var name : List.of("muster-endpoint", "muster-updates")) {
      var service = production.find("Service", name).orElseThrow().tree();
      assertEquals("LoadBalancer", service.at("spec", "type").text(), name);
    }
  }

  /** Nothing for devices is left of it where EMQX has them, and without TLS no certificate. */
  @Test
  void whatTheEndpointDoesNotOpenHasNoServiceAndNoCertificate() {
    for (var request :
        List.of(
            Request.of("values-emqx.yaml"),
            Request.of("values-production.yaml", "values-emqx.yaml"))) {
      var rendering = Rendering.of(request);
      assertTrue(rendering.find("Service", "muster-endpoint").isEmpty(), rendering.name());
      assertFalse(hasEndpointCertificate(rendering), rendering.name());
    }
    var unencrypted =
        Request.of().with("endpoint.mqtt.enabled", true).with("endpoint.mqtts.enabled", false);
    var ports = endpoint(unencrypted).at("spec", "ports").items();
    assertEquals(List.of("mqtt"), ports.stream().map(port -> port.at("name").text()).toList());
    assertFalse(hasEndpointCertificate(Rendering.of(unencrypted)));
    assertTrue(
        hasEndpointCertificate(Rendering.of(unencrypted.with("endpoint.wss.enabled", true))));
    assertTrue(hasEndpointCertificate(Rendering.of(Request.of("values-production.yaml"))));
  }

  private static boolean hasEndpointCertificate(Rendering rendering) {
    var name = "muster-endpoint-tls";
    return ReferencesTest.issuersSecrets(rendering).contains(name)
        || rendering.find("Certificate", name).isPresent();
  }

  private static Tree endpoint(Request request) {
    return Rendering.of(request).find("Service", "muster-endpoint").orElseThrow().tree();
  }

  @Test
  void peopleAndTracesAreAsTheValuesSay() {
    var request =
        Request.of()
            .with("people.issuer", "https://login.example.org")
            .with("people.audience", "iot")
            .with("people.algorithm", "rs256")
            .with("people.rolesClaim", "roles")
            .with("people.tenantsClaim", "tenants")
            .with("tracing.endpoint", "http://traces.example.org:4317")
            .with("tracing.publishRatio", 1);
    for (var component : List.of("registry", "ingest", "command", "firmware")) {
      var environment = environment(Rendering.of(request).workload(component));
      assertEquals("https://login.example.org", environment.get("MUSTER_PEOPLE_ISSUER"));
      assertEquals("iot", environment.get("MUSTER_PEOPLE_AUDIENCE"));
      assertEquals("rs256", environment.get("MUSTER_PEOPLE_ALGORITHM"));
      assertEquals("roles", environment.get("MUSTER_PEOPLE_ROLES_CLAIM"));
      assertEquals("tenants", environment.get("MUSTER_PEOPLE_TENANTS_CLAIM"));
      assertEquals(
          "http://traces.example.org:4317", environment.get("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT"));
    }
    var ingest = environment(Rendering.of(request).workload("ingest"));
    assertEquals("1", ingest.get("MUSTER_ENDPOINT_TRACE_RATIO"));
  }

  private static TreeMap<String, String> environment(Manifest workload) {
    var environment = new TreeMap<String, String>();
    for (var one : workload.containers().getFirst().at("env").items()) {
      environment.put(one.at("name").text(), one.at("value").text());
    }
    return environment;
  }

  @Test
  void everyValueIsUsedBySomeTemplate() {
    var all = new StringBuilder();
    templates().forEach(template -> all.append(template.getValue()));
    var dead = new TreeSet<String>();
    var values = Tree.parse(Checkout.read("helm/muster/values.yaml"));
    values.walk(
        "",
        (path, value) -> {
          var name = path.substring(path.lastIndexOf('.') + 1);
          var whole =
              path.matches(".*(resources|ecurityContext|labels)[.].*") || path.contains("[");
          if (!path.isEmpty() && !whole && !isUsed(all, name)) {
            dead.add(path);
          }
        });
    assertEquals(new TreeSet<>(), dead);
    assertFalse(isUsed(all, "noSuchValue"));
  }

  private static boolean isUsed(CharSequence templates, String name) {
    return Pattern.compile("[.]" + name + "\\b|\"" + name + "\"").matcher(templates).find();
  }

  private static Stream<Map.Entry<String, String>> templates() {
    return Stream.of(".yaml", ".tpl", ".txt")
        .flatMap(ending -> Checkout.files("helm/muster/templates", ending).stream())
        .map(file -> Map.entry(file.getFileName().toString(), Checkout.read(file)));
  }
}
