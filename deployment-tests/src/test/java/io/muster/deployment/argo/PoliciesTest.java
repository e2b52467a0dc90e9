package io.muster.deployment.argo;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import io.muster.deployment.chart.KubernetesTypes;
import io.muster.deployment.chart.Manifest;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** Policies let in what the chart makes, and nothing that they are against. */
class PoliciesTest {
  private static final String GOOD =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: good}
      spec:
        securityContext: {runAsNonRoot: true}
        volumes: [{name: tmp, emptyDir: {}}]
        containers:
          - name: one
            image: ghcr.io/iot/muster/broker@sha256:0000000000000000000000000000000000000000000000000000000000000001
            securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true}
            resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}
      """;

  /** One for all tests, so that each site is rendered once. */
  @TempDir static Path folder;

  @Test
  void theyAreOfKubernetesAndEachIsBound() {
    var bound = new TreeSet<String>();
    var policies = new TreeSet<String>();
    for (var object : Policies.objects()) {
      var manifest = new Manifest(new Yaml().dump(object.node()), object);
      assertDoesNotThrow(() -> KubernetesTypes.parse(manifest), object::toString);
      switch (object.at("kind").text()) {
        case "ValidatingAdmissionPolicy" -> {
          policies.add(object.at("metadata", "name").text());
          assertEquals("Fail", object.at("spec", "failurePolicy").text());
        }
        case "ValidatingAdmissionPolicyBinding" -> {
          bound.add(object.at("spec", "policyName").text());
          assertEquals(List.of("Deny"), object.at("spec", "validationActions").texts());
          var selector = object.at("spec", "matchResources", "namespaceSelector", "matchLabels");
          assertEquals("true", selector.at("muster.io/managed").text());
        }
        default -> assertEquals("ConfigMap", object.at("kind").text());
      }
    }
    assertEquals(policies, bound);
    assertEquals(3, policies.size());
  }

  @Test
  void imagesOfMusterComeFromAPlaceOnTheList() {
    var image = Tree.parse(Checkout.read("argocd/regions/common.yaml")).at("image");
    var place = image.at("registry").text() + "/" + image.at("repository").text();
    var list = Policies.of("ConfigMap").getFirst().at("data", "registries").text();
    assertTrue(list.lines().anyMatch(place::equals), place);
    // The workflow publishes chart and images under the owner of the repository.
    var sources = Site.all().findFirst().orElseThrow().set().at("spec", "template");
    for (var source : ArgoFiles.sources(sources)) {
      var owner = image.at("repository").text().replace("/muster", "");
      assertTrue(source.at("repoURL").text().contains("/" + owner + "/"), source::toString);
    }
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.argo.Site#all")
  void whatASiteRunsIsLetIn(Site site) {
    for (var workload : site.rendering(folder).workloads()) {
      assertEquals(List.of(), Policies.refusals(workload.tree()), workload::toString);
    }
  }

  @Test
  void aPodThatKeepsToAllIsLetIn() {
    assertEquals(List.of(), Policies.refusals(Tree.parse(GOOD)));
    var more = "allowPrivilegeEscalation: false, runAsUser: 10001, capabilities: {drop: [ALL]}";
    var explicit = GOOD.replace("allowPrivilegeEscalation: false", more);
    assertEquals(List.of(), Policies.refusals(Tree.parse(explicit)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          @sha256:0000000000000000000000000000000000000000000000000000000000000001 | :latest | digest
          @sha256:0000000000000000000000000000000000000000000000000000000000000001 | @sha256:01 | digest
          ghcr.io/iot/muster/ | example.org/muster/ | registry
          ghcr.io/iot/muster/ | ghcr.io/iot/mustering/ | registry
          ghcr.io/iot/muster/broker | docker.io/library/postgresql | registry
          ghcr.io/iot/muster/ | | registry
          allowPrivilegeEscalation: false | privileged: true, allowPrivilegeEscalation: false | privileged
          allowPrivilegeEscalation: false | allowPrivilegeEscalation: true | privileged
          allowPrivilegeEscalation: false, | | privileged
          readOnlyRootFilesystem: true | readOnlyRootFilesystem: false | root file system
          , readOnlyRootFilesystem: true | | root file system
          runAsNonRoot: true | runAsNonRoot: false | root
          securityContext: {runAsNonRoot: true} | hostname: x | root
          allowPrivilegeEscalation: false | allowPrivilegeEscalation: false, runAsUser: 0 | whatever its pod says
          allowPrivilegeEscalation: false | allowPrivilegeEscalation: false, runAsNonRoot: false | whatever its pod says
          allowPrivilegeEscalation: false | 'allowPrivilegeEscalation: false, capabilities: {add: [NET_RAW]}' | capabilities
          emptyDir: {} | hostPath: {path: /} | node
          volumes: | 'hostNetwork: true\n  volumes:' | node
          volumes: | 'hostPID: true\n  volumes:' | node
          , limits: {memory: 1Mi} | | limit
          limits: {memory: 1Mi} | limits: {cpu: 1} | limit
          cpu: 1m, | | needs
          """)
  void whatTheyAreAgainstIsRefused(String good, String bad, String why) {
    var changed = GOOD.replace(good, bad == null ? "" : bad.replace("\\n", "\n"));
    assertTrue(!changed.equals(GOOD), good);
    var refusals = Policies.refusals(Tree.parse(changed));
    assertTrue(refusals.stream().anyMatch(each -> each.contains(why)), refusals::toString);
  }

  @ParameterizedTest
  @CsvSource({"initContainers", "ephemeralContainers"})
  void otherContainersAreLookedAtAsWell(String kind) {
    var pod =
        Tree.parse(
            GOOD
                + """
                  %s:
                    - {name: two, image: "example.org/x:1"}
                """
                    .formatted(kind));
    var refusals = Policies.refusals(pod);
    for (var why : List.of("digest", "registry", "privileged")) {
      assertTrue(refusals.stream().anyMatch(each -> each.contains(why)), refusals::toString);
    }
  }

  @Test
  void whatMakesPodsIsRefusedBeforeItMakesThem() {
    var deployment =
        Tree.parse(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: bad}
            spec:
              template:
                spec:
                  containers: [{name: one, image: "example.org/x:1"}]
            """);
    assertEquals(7, Policies.refusals(deployment).size());
  }
}
