package io.muster.deployment.argo;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import io.muster.deployment.chart.KubernetesTypes;
import io.muster.deployment.chart.Manifest;
import io.muster.deployment.chart.Rendering;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each site's Application can be made, fits its project, and keeps to its region. */
class SitesTest {
  private static final Pattern HOST =
      Pattern.compile("[a-z0-9.-]+\\.example\\.org", Pattern.CASE_INSENSITIVE);

  /** One for all tests, so that each site is rendered once. */
  @TempDir static Path folder;

  @Test
  void thereAreHubsAndEdgesInEachRegionThatHasProjects() {
    var roles = new TreeSet<String>();
    Site.all().forEach(site -> roles.add(site.region() + "-" + site.role()));
    assertTrue(roles.containsAll(Set.of("eu-hub", "eu-edge", "us-hub")), roles::toString);
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.argo.Site#all")
  void aFileIsCalledAfterItsClusterAndHasNoMoreThanTheTemplateUses(Site site) {
    assertTrue(
        ArgoFiles.sites().stream().anyMatch(file -> Checkout.name(file).equals(site.name())));
    assertEquals(Set.of("name", "site", "helm"), site.file().members().keySet());
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.argo.Site#all")
  void everyParameterThatTheTemplateUsesIsThere(Site site) {
    var parameters = new Tree(site.parameters());
    var used = new TreeSet<String>();
    for (var expression : site.expressions()) {
      var index = Pattern.compile("index \\.(\\S+) \"([^\"]+)\"").matcher(expression);
      if (index.matches()) {
        var path = (index.group(1)).split("[.]");
        assertTrue(parameters.at(path).at(index.group(2)).exists(), expression);
      } else {
        var name = Pattern.compile("\\.([A-Za-z.]+)").matcher(expression);
        assertTrue(name.find(), expression);
        assertTrue(parameters.at(name.group(1).split("[.]")).exists(), expression);
        used.add(name.group(1));
      }
    }
    var expected = new TreeSet<>(Set.of("name", "nameNormalized", "helm"));
    if (site.role().equals("edge")) {
      expected.add("site");
    }
    assertEquals(expected, used);
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.argo.Site#all")
  void theChartIsRenderedForItAndKubernetesKnowsEveryField(Site site) {
    var rendering = site.rendering(folder);
    for (var manifest : rendering.manifests()) {
      if (KubernetesTypes.knows(manifest)) {
        assertDoesNotThrow(() -> KubernetesTypes.parse(manifest), manifest::toString);
      }
    }
    assertTrue(rendering.find("Deployment", "muster-ingest").isPresent());
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.argo.Site#all")
  void itsProjectPermitsEveryKindThatItNeeds(Site site) {
    var permitted = permitted("muster-" + site.region());
    for (var manifest : site.rendering(folder).manifests()) {
      assertTrue(permitted.contains(kind(manifest.tree())), manifest::toString);
    }
  }

  @Test
  void aProjectPermitsNothingThatNoSiteNeeds() {
    var needed = new TreeSet<String>();
    Site.all()
        .forEach(
            site ->
                site.rendering(folder).manifests().forEach(each -> needed.add(kind(each.tree()))));
    // Migrations are hooks, which Helm's library leaves out.
    needed.add("batch/Job");
    for (var region : List.of("eu", "us")) {
      assertEquals(needed, permitted("muster-" + region));
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.argo.Site#all")
  void argoLeavesTheNumberOfInstancesToAutoscalersAndToNobodyElse(Site site) {
    var scaled = new TreeSet<String>();
    for (var autoscaler : site.rendering(folder).of("HorizontalPodAutoscaler")) {
      scaled.add(autoscaler.tree().at("spec", "scaleTargetRef", "name").text());
    }
    var ignored = new TreeSet<String>();
    for (var rule : site.set().at("spec", "template", "spec", "ignoreDifferences").items()) {
      assertEquals("apps Deployment", rule.at("group").text() + " " + rule.at("kind").text());
      assertEquals(List.of("/spec/replicas"), rule.at("jsonPointers").texts());
      ignored.add(rule.at("name").text());
    }
    // One that is ignored without an autoscaler stays as it is, whatever its site's file says.
    assertEquals(scaled, ignored);
  }

  static Stream<Site> edges() {
    return Site.all().filter(site -> site.role().equals("edge"));
  }

  private static Rendering hubOf(Site edge) {
    return Site.all()
        .filter(each -> each.role().equals("hub") && each.region().equals(edge.region()))
        .findFirst()
        .orElseThrow()
        .rendering(folder);
  }

  @ParameterizedTest
  @MethodSource("edges")
  void anEdgeFindsItsHubTrustsItAndIsLetIn(Site site) {
    var hub = hubOf(site);
    var edge = site.rendering(folder).workload("ingest");
    for (var component : List.of("registry", "broker", "ingest")) {
      var variable =
          component.equals("ingest")
              ? "MUSTER_UPLINK"
              : "MUSTER_" + component.toUpperCase(Locale.ROOT);
      var url = URI.create(variable(edge, variable + "_URL"));
      var certificate = hub.find("Certificate", "muster-" + component + "-tls").orElseThrow();
      assertTrue(certificate.tree().at("spec", "dnsNames").texts().contains(url.getHost()));
      assertEquals("muster-hub-ca", secretOf(edge, variable(edge, variable + "_CA_FILE")));
      var service = hub.find("Service", "muster-" + component + "-edges").orElseThrow();
      assertEquals(
          Integer.toString(url.getPort()),
          service.tree().at("spec", "ports").items().getFirst().at("port").text());
      var policy = hub.find("NetworkPolicy", "muster-" + component).orElseThrow();
      assertTrue(
          policy.tree().at("spec", "ingress").items().stream()
              .filter(rule -> rule.at("from").items().stream().anyMatch(SitesTest::isOfEdges))
              .flatMap(rule -> rule.at("ports").items().stream())
              .anyMatch(port -> port.at("port").text().equals(Integer.toString(url.getPort()))));
    }
    assertEquals(
        "muster-hub-client", secretOf(edge, variable(edge, "MUSTER_SERVICES_CERTIFICATE")));
  }

  @ParameterizedTest
  @MethodSource("edges")
  void whatAnEdgeTakesFromTheVaultItsHubPutsThere(Site site) {
    var hub = hubOf(site);
    var put = new TreeMap<String, Set<String>>();
    for (var push : hub.of("PushSecret")) {
      assertEquals(
          "vault-" + site.region(),
          push.tree().at("spec", "secretStoreRefs").items().getFirst().at("name").text());
      for (var each : push.tree().at("spec", "data").items()) {
        var remote = each.at("match", "remoteRef");
        assertEquals(each.at("match", "secretKey"), remote.at("property"));
        put.computeIfAbsent(remote.at("remoteKey").text(), first -> new TreeSet<>())
            .add(remote.at("property").text());
      }
    }
    var files = new TreeMap<String, Set<String>>();
    files.put("muster/hub-ca", Set.of("ca.crt"));
    files.put("muster/hub-client", Set.of("tls.crt", "tls.key"));
    files.put("muster/ingest-token", Set.of("token"));
    assertEquals(files, put);
    for (var taken : site.rendering(folder).of("ExternalSecret")) {
      var key = taken.tree().at("spec", "dataFrom").items().getFirst().at("extract", "key").text();
      assertTrue(put.containsKey(key), key);
    }
    // And from Secrets that the hub has, signed by the authority that it asks its callers for.
    var certificate = hub.find("Certificate", "muster-edge-client").orElseThrow().tree();
    assertEquals("muster-internal", certificate.at("spec", "issuerRef", "name").text());
    assertEquals(
        "muster-internal-ca",
        hub.find("Certificate", "muster-internal-ca")
            .orElseThrow()
            .tree()
            .at("spec", "secretName")
            .text());
    assertTrue(
        hub.find("Role", "muster-issuer").orElseThrow().text().contains("- muster-ingest-token"));
  }

  @Test
  void noTwoEdgesAreOneToTheBrokerThatTheyShare() {
    var called = new TreeSet<String>();
    edges()
        .forEach(
            site -> {
              var edge = site.rendering(folder).workload("ingest");
              var name = site.region() + " " + variable(edge, "MUSTER_SITE");
              assertTrue(called.add(name), name);
            });
    assertTrue(called.size() > 1);
  }

  static Stream<Site> hubs() {
    return Site.all().filter(site -> site.role().equals("hub"));
  }

  /**
   * Whoever else took the Service would not know the annotation by which it is not on the Internet.
   */
  @ParameterizedTest
  @MethodSource("hubs")
  void aLoadBalancerForEdgesIsMadeByWhomTheAnnotationIsFor(Site site) {
    var found = 0;
    for (var service : site.rendering(folder).of("Service")) {
      if (service.name().endsWith("-edges")) {
        found++;
        var tree = service.tree();
        assertEquals("LoadBalancer", tree.at("spec", "type").text());
        assertEquals("service.k8s.aws/nlb", tree.at("spec", "loadBalancerClass").text());
        var scheme = "service.beta.kubernetes.io/aws-load-balancer-scheme";
        assertEquals("internal", tree.at("metadata", "annotations", scheme).text());
      }
    }
    assertEquals(3, found);
  }

  private static boolean isOfEdges(Tree peer) {
    return peer.at("ipBlock", "cidr").exists();
  }

  private static String variable(Manifest workload, String name) {
    return workload.containers().getFirst().at("env").items().stream()
        .filter(each -> each.at("name").text().equals(name))
        .map(each -> each.at("value").text())
        .findFirst()
        .orElseThrow(() -> new AssertionError(name));
  }

  /** Of which Secret a file is. */
  private static String secretOf(Manifest workload, String file) {
    var mount =
        workload.containers().getFirst().at("volumeMounts").items().stream()
            .filter(each -> file.startsWith(each.at("mountPath").text() + "/"))
            .findFirst()
            .orElseThrow();
    return workload.pod().at("volumes").items().stream()
        .filter(each -> each.at("name").text().equals(mount.at("name").text()))
        .map(each -> each.at("secret", "secretName").text())
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.argo.Site#all")
  void everyAddressIsInItsRegion(Site site) {
    var elsewhere = site.region().equals("eu") ? "us" : "eu";
    var text = new StringBuilder();
    site.rendering(folder).manifests().forEach(each -> text.append(each.text()));
    var hosts = HOST.matcher(text);
    var values = ArgoFiles.sources(site.set().at("spec", "template")).getLast();
    var repository = URI.create(values.at("repoURL").text()).getHost();
    var found = 0;
    while (hosts.find()) {
      var host = hosts.group();
      found++;
      assertFalse(host.contains("." + elsewhere + "."), host);
      var ownSite = host.endsWith("." + site.file().at("site").text() + ".example.org");
      // Runbooks are read where the repository is; nothing of a site goes there.
      var ofRepository = host.equals(repository);
      assertTrue(host.contains("." + site.region() + ".") || ownSite || ofRepository, host);
    }
    assertTrue(found > 0);
    assertFalse(text.toString().contains("vault-" + elsewhere));
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.argo.Site#all")
  void everyImageIsNamedByItsDigest(Site site) {
    for (var workload : site.rendering(folder).workloads()) {
      for (var container : workload.containers()) {
        assertTrue(
            container.at("image").text().matches(".*@sha256:[0-9a-f]{64}"), workload::toString);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.argo.Site#all")
  void whatItsRingLetsInIsInTheSetAndNotInAFileThatAllSitesRead(Site site) {
    var digests = new TreeSet<String>();
    for (var parameter : site.chart().at("helm", "parameters").items()) {
      var name = parameter.at("name").text();
      if (name.endsWith(".image.digest")) {
        digests.add(parameter.at("value").text());
      }
    }
    var run = new TreeSet<String>();
    for (var workload : site.rendering(folder).workloads()) {
      for (var container : workload.containers()) {
        run.add(container.at("image").text().replaceFirst(".*@", ""));
      }
    }
    assertEquals(digests, run);
    for (var file : Checkout.files("argocd/regions", ".yaml")) {
      assertFalse(Checkout.read(file).contains("digest"), file::toString);
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.argo.Site#all")
  void secretsAreThereBeforeTheDatabaseAndThatBeforeTheServices(Site site) {
    var waves = new TreeMap<String, Integer>();
    for (var manifest : site.rendering(folder).manifests()) {
      if (manifest.labels().at("app.kubernetes.io/component").text().equals("monitoring")) {
        continue;
      }
      var wave = wave(manifest);
      var name =
          manifest.isWorkload()
              ? manifest.podLabels().at("app.kubernetes.io/component").text()
              : manifest.kind();
      waves.merge(name, wave, Math::max);
    }
    // Nobody runs before it is said who may reach it, and what it may reach.
    for (var other : waves.entrySet()) {
      assertTrue(
          other.getKey().equals("NetworkPolicy") || waves.get("NetworkPolicy") < other.getValue(),
          waves::toString);
    }
    assertTrue(waves.get("ExternalSecret") < waves.getOrDefault("database", 0), waves::toString);
    assertTrue(waves.get("ingest") > waves.getOrDefault("migration", 0), waves::toString);
    // Each waits for what the one before makes: passwords, certificates, tokens.
    assertTrue(waves.getOrDefault("issuer", -9) < waves.getOrDefault("database", 0));
    assertTrue(waves.getOrDefault("issuer", -9) < waves.getOrDefault("broker", 0));
    for (var before : List.of("database", "issuer", "broker")) {
      assertTrue(waves.getOrDefault(before, -1) < 0, waves::toString);
    }
    assertTrue(waves.get("ConfigMap") < 0 && waves.get("ServiceAccount") < 0, waves::toString);
  }

  /** Of what is not there yet Argo CD says that it is broken, and ends the sync. */
  @ParameterizedTest
  @MethodSource("hubs")
  void whatReadsTheSecretOfACertificateIsInALaterWave(Site site) {
    var rendering = site.rendering(folder);
    var issuers = new TreeMap<String, Integer>();
    var secrets = new TreeMap<String, Integer>();
    for (var certificate : rendering.of("Certificate")) {
      secrets.put(certificate.tree().at("spec", "secretName").text(), wave(certificate));
    }
    for (var issuer : rendering.of("Issuer")) {
      issuers.put(issuer.name(), wave(issuer));
      issuer
          .tree()
          .at("spec", "ca", "secretName")
          .ifText()
          .ifPresent(read -> assertTrue(secrets.get(read) < wave(issuer), issuer::toString));
    }
    for (var certificate : rendering.of("Certificate")) {
      var reference = certificate.tree().at("spec", "issuerRef");
      // One that signs itself is ready at once, and one of the cluster is there before.
      if (reference.at("kind").text().equals("Issuer") && !certificate.name().endsWith("-ca")) {
        assertTrue(
            issuers.get(reference.at("name").text()) < wave(certificate), certificate::toString);
      }
    }
    for (var push : rendering.of("PushSecret")) {
      var read = push.tree().at("spec", "selector", "secret", "name").text();
      assertTrue(secrets.getOrDefault(read, -4) < wave(push), push::toString);
    }
    assertTrue(issuers.size() == 2 && secrets.size() > 5, secrets::toString);
  }

  private static int wave(Manifest manifest) {
    return manifest
        .tree()
        .at("metadata", "annotations", "argocd.argoproj.io/sync-wave")
        .ifText()
        .map(Integer::valueOf)
        .orElse(0);
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.argo.Site#all")
  void noSecretIsInGit(Site site) {
    for (var manifest : site.rendering(folder).manifests()) {
      assertFalse(manifest.kind().equals("Secret"));
    }
  }

  private static Set<String> permitted(String project) {
    var permitted = new TreeSet<String>();
    for (var kind :
        ArgoFiles.named("AppProject", project).at("spec", "namespaceResourceWhitelist").items()) {
      permitted.add(kind.at("group").text() + "/" + kind.at("kind").text());
    }
    return permitted;
  }

  private static String kind(Tree object) {
    var version = object.at("apiVersion").text();
    var group = version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
    return group + "/" + object.at("kind").text();
  }
}
