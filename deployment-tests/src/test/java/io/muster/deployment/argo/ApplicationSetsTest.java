package io.muster.deployment.argo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import java.lang.module.ModuleDescriptor.Version;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Applications, ApplicationSets and AppProjects say what they mean (Argo CD 3.6). */
class ApplicationSetsTest {
  /** Members of `spec` by kind: what is not among them Argo CD would not see. */
  private static final java.util.Map<String, Set<String>> MEMBERS =
      java.util.Map.of(
          "Application",
          Set.of("project", "source", "sources", "destination", "syncPolicy", "ignoreDifferences"),
          "ApplicationSet",
          Set.of(
              "goTemplate",
              "goTemplateOptions",
              "generators",
              "strategy",
              "syncPolicy",
              "template"),
          "AppProject",
          Set.of(
              "description",
              "sourceRepos",
              "destinations",
              "clusterResourceWhitelist",
              "namespaceResourceWhitelist",
              "orphanedResources"));

  /** Members of a source by what it is: a chart of a registry, values, or manifests. */
  private static final java.util.Map<String, Set<String>> SOURCES =
      java.util.Map.of(
          "chart", Set.of("repoURL", "targetRevision", "chart", "helm"),
          // With `path` it would be taken for manifests as well.
          "ref", Set.of("repoURL", "targetRevision", "ref"),
          "path", Set.of("repoURL", "targetRevision", "path"));

  private static final Set<String> HELM =
      Set.of("releaseName", "valueFiles", "values", "parameters");

  /** Of whom nobody but the branch's reviewers says what is on it. */
  private static final String BRANCH = "main";

  private static final Set<String> SYNC_OPTIONS =
      Set.of(
          "CreateNamespace=true",
          "ServerSideApply=true",
          "RespectIgnoreDifferences=true",
          "PruneLast=true",
          "FailOnSharedResource=true");

  @Test
  void onlyMembersThatArgoKnowsAreUsed() {
    for (var object : ArgoFiles.objects()) {
      var kind = object.at("kind").text();
      assertEquals("argoproj.io/v1alpha1", object.at("apiVersion").text());
      assertEquals("argocd", object.at("metadata", "namespace").text());
      assertTrue(
          MEMBERS.get(kind).containsAll(object.at("spec").members().keySet()), object::toString);
    }
    for (var application : applications()) {
      assertTrue(MEMBERS.get("Application").containsAll(application.at("spec").members().keySet()));
      assertTrue(
          SYNC_OPTIONS.containsAll(application.at("spec", "syncPolicy", "syncOptions").texts()),
          application::toString);
    }
  }

  /** The workflow prints those of images that it builds. */
  @Test
  void theGuideAsksForTheDigestOfEveryImageThatIsNotBuiltHere() {
    var release = Checkout.read(".github/workflows/release.yaml");
    var bundled = Tree.parse(Checkout.read("helm/muster/values.yaml")).at("database", "bundled");
    for (var set : ArgoFiles.siteSets()) {
      var source = ArgoFiles.sources(set.at("spec", "template")).getFirst();
      for (var parameter : source.at("helm", "parameters").items()) {
        var name = parameter.at("name").text();
        if (name.endsWith(".image.digest")) {
          var value = name.replace(".image.digest", "");
          var printed = release.contains("value: " + value + "}");
          assertTrue(printed || value.equals("database.bundled"), name);
        }
      }
    }
    var image = bundled.at("image");
    var asked =
        "docker buildx imagetools inspect %s:%s --format"
            .formatted(
                image.at("repository").text().replace("library/", ""), image.at("tag").text());
    var guide = Checkout.read("docs/guides/gitops.md");
    assertTrue(guide.contains(asked), asked);
    var place = image.at("registry").text() + "/" + image.at("repository").text();
    assertTrue(guide.contains("`" + place + "`"), place);
  }

  @Test
  void namesAreThereOnce() {
    var seen = new HashSet<String>();
    for (var object : ArgoFiles.objects()) {
      assertTrue(seen.add(object.at("kind").text() + object.at("metadata", "name").text()));
    }
  }

  @Test
  void everySourceIsOneThatArgoKnows() {
    for (var application : applications()) {
      // With both Argo CD passes over `source`.
      assertTrue(
          application.at("spec", "source").exists() != application.at("spec", "sources").exists());
      for (var source : ArgoFiles.sources(application)) {
        var kind =
            SOURCES.keySet().stream().filter(each -> source.at(each).exists()).toList().getFirst();
        assertTrue(SOURCES.get(kind).containsAll(source.members().keySet()), source::toString);
        assertTrue(HELM.containsAll(source.at("helm").members().keySet()), source::toString);
        assertTrue(source.at("targetRevision").exists(), source::toString);
      }
    }
  }

  @Test
  void whatIsNotTheChartFollowsTheBranch() {
    // A tag is never moved: who reads one hears of no new site, no other version and no way back.
    for (var object : ArgoFiles.objects()) {
      var ofRings = object.at("kind").text().equals("ApplicationSet");
      object.walk(
          "",
          (path, tree) -> {
            tree.at("revision").ifText().ifPresent(said -> assertEquals(BRANCH, said, path));
            if (!tree.at("chart").exists() && tree.at("targetRevision").exists()) {
              var said = tree.at("targetRevision").text();
              // What a ring must not have early can be named by its commit.
              var commit = ofRings && said.matches("[0-9a-f]{40}");
              assertTrue(commit || said.equals(BRANCH), path + " " + said);
            }
          });
    }
  }

  @Test
  void aHubIsUpdatedBeforeItsEdges() {
    // A hub must know what its edges say to it. Until a version is in the registry, none has it.
    var published = Tree.parse(Checkout.read("helm/muster/Chart.yaml")).at("version").text();
    var versions = new java.util.ArrayList<Version>();
    for (var name : List.of("muster-edges", "muster-hubs")) {
      var template = ArgoFiles.named("ApplicationSet", name).at("spec", "template");
      var charts =
          ArgoFiles.sources(template).stream().filter(each -> each.at("chart").exists()).toList();
      assertEquals(1, charts.size());
      assertEquals("muster", charts.getFirst().at("chart").text());
      // One version and no range of them: `1.*` would be rolled out by whoever publishes.
      var version = charts.getFirst().at("targetRevision").text();
      assertTrue(version.matches("[0-9]+[.][0-9]+[.][0-9]+"), version);
      versions.add(Version.parse(version));
    }
    versions.add(Version.parse(published));
    assertEquals(versions.stream().sorted().toList(), versions);
  }

  @Test
  void noApplicationTakesTwoRevisionsOfARepository() {
    // Argo CD refuses it ("cannot reference a different revision of the same repository").
    for (var application : applications()) {
      var revisions = new java.util.TreeMap<String, String>();
      for (var source : ArgoFiles.sources(application)) {
        var revision = source.at("targetRevision").text();
        var other = revisions.putIfAbsent(source.at("repoURL").text(), revision);
        assertTrue(other == null || other.equals(revision), source::toString);
      }
    }
  }

  @Test
  void filesOfValuesAreOfTheChartOrOfASourceWithThatName() {
    for (var set : ArgoFiles.siteSets()) {
      var sources = ArgoFiles.sources(set.at("spec", "template"));
      var named = sources.stream().map(each -> "$" + each.at("ref").text()).toList();
      for (var source : sources) {
        for (var file : source.at("helm", "valueFiles").texts()) {
          // What leads out of the chart is in no package of it.
          assertFalse(file.contains(".."), file);
          assertEquals(file.startsWith("$"), file.contains("/"), file);
          assertTrue(
              !file.startsWith("$") || named.contains(file.substring(0, file.indexOf('/'))), file);
        }
      }
    }
  }

  @Test
  void everyApplicationIsOfAProjectThatLetsItBe() {
    var projects = new TreeSet<String>();
    ArgoFiles.of("AppProject").forEach(each -> projects.add(each.at("metadata", "name").text()));
    for (var application : applications()) {
      var name = application.at("spec", "project").text();
      for (var region : List.of("eu", "us")) {
        var project = name.replaceAll("\\{\\{.*?region.*?}}", region);
        assertTrue(projects.contains(project), project);
        var rules = ArgoFiles.named("AppProject", project).at("spec");
        var sources = new HashSet<String>();
        ArgoFiles.sources(application).forEach(each -> sources.add(each.at("repoURL").text()));
        // All of them, for a project must permit each source of an Application; and no others.
        assertEquals(sources, Set.copyOf(rules.at("sourceRepos").texts()));
        assertTrue(
            rules.at("destinations").items().stream()
                .anyMatch(
                    each ->
                        each.at("namespace")
                            .equals(application.at("spec", "destination", "namespace"))),
            project);
      }
    }
  }

  @Test
  void noProjectIsOpen() {
    for (var project : ArgoFiles.of("AppProject")) {
      var name = project.at("metadata", "name").text();
      assertFalse(name.equals("default"));
      project
          .at("spec")
          .walk("", (path, tree) -> assertFalse(tree.text().equals("*"), () -> name + path));
      assertFalse(project.at("spec", "sourceRepos").items().isEmpty());
      for (var destination : project.at("spec", "destinations").items()) {
        assertFalse(destination.at("namespace").text().contains("*"), name);
      }
    }
  }

  @Test
  void aRegionsProjectReachesItsOwnClustersAlone() {
    for (var region : List.of("eu", "us")) {
      var project = ArgoFiles.named("AppProject", "muster-" + region);
      var destinations = project.at("spec", "destinations").items();
      assertEquals(1, destinations.size());
      assertEquals(region + "-*", destinations.getFirst().at("name").text());
      assertFalse(destinations.getFirst().at("server").exists());
    }
  }

  @Test
  void ringsFollowEachOtherAndNoSiteIsLeftOut() {
    // Policies among them: one that refuses every pod must not reach all clusters at once.
    for (var set : ArgoFiles.of("ApplicationSet")) {
      assertEquals("RollingSync", set.at("spec", "strategy", "type").text());
      var labels = set.at("spec", "template", "metadata", "labels");
      var rings = new java.util.ArrayList<String>();
      for (var step : set.at("spec", "strategy", "rollingSync", "steps").items()) {
        for (var match : step.at("matchExpressions").items()) {
          // An Application without the label matches no step, and is never synced.
          assertTrue(labels.at(match.at("key").text()).exists(), match::toString);
          assertEquals("In", match.at("operator").text());
          rings.addAll(match.at("values").texts());
        }
      }
      assertEquals(List.of("canary", "early", "broad"), rings);
      var selected =
          clusters(set).at("selector", "matchExpressions").items().stream()
              .filter(each -> each.at("key").text().equals("muster.io/ring"))
              .findFirst()
              .orElseThrow();
      assertEquals(rings, selected.at("values").texts());
    }
  }

  @Test
  void labelsOfAnApplicationComeFromItsCluster() {
    for (var set : ArgoFiles.of("ApplicationSet")) {
      var selector = clusters(set).at("selector");
      var sure = new TreeSet<>(selector.at("matchLabels").members().keySet());
      selector.at("matchExpressions").items().forEach(each -> sure.add(each.at("key").text()));
      var used = Pattern.compile("index \\.metadata\\.labels \"([^\"]+)\"");
      var matcher = used.matcher(set.at("spec", "template").text());
      while (matcher.find()) {
        // `index` gives nothing for a label that is not there, whatever missingkey says.
        assertTrue(sure.contains(matcher.group(1)), matcher.group(1));
      }
    }
  }

  @Test
  void whoeverDeletesASetDeletesNoSite() {
    for (var set : ArgoFiles.of("ApplicationSet")) {
      assertEquals("true", set.at("spec", "goTemplate").text());
      assertEquals(List.of("missingkey=error"), set.at("spec", "goTemplateOptions").texts());
      assertEquals("true", set.at("spec", "syncPolicy", "preserveResourcesOnDeletion").text());
      assertTrue(set.at("spec", "template", "metadata", "name").text().contains(".nameNormalized"));
    }
  }

  @Test
  void syncsHealPruneAndTryAgain() {
    for (var application : applications()) {
      var policy = application.at("spec", "syncPolicy");
      assertEquals("true", policy.at("automated", "prune").text());
      assertEquals("true", policy.at("automated", "selfHeal").text());
      assertTrue(policy.at("retry", "limit").exists());
      assertTrue(policy.at("syncOptions").texts().contains("ServerSideApply=true"));
    }
    for (var set : ArgoFiles.siteSets()) {
      var spec = set.at("spec", "template", "spec");
      // Without it a sync would set back what the autoscaler has said.
      assertEquals(
          spec.at("ignoreDifferences").exists(),
          spec.at("syncPolicy", "syncOptions").texts().contains("RespectIgnoreDifferences=true"));
      var labels = spec.at("syncPolicy", "managedNamespaceMetadata", "labels");
      assertEquals("true", labels.at("muster.io/managed").text());
      assertEquals("restricted", labels.at("pod-security.kubernetes.io/enforce").text());
    }
  }

  private static Tree clusters(Tree set) {
    var generator = set.at("spec", "generators").items().getFirst();
    var merged = generator.at("merge", "generators").items();
    return (merged.isEmpty() ? generator : merged.getFirst()).at("clusters");
  }

  /** Applications, and templates of them. */
  private static List<Tree> applications() {
    var applications = new java.util.ArrayList<>(ArgoFiles.of("Application"));
    ArgoFiles.of("ApplicationSet").forEach(set -> applications.add(set.at("spec", "template")));
    return applications;
  }
}
