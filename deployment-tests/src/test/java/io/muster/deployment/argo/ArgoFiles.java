package io.muster.deployment.argo;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What lies under {@code argocd}. */
final class ArgoFiles {
  private ArgoFiles() {}

  /** All objects of Argo CD. */
  static List<Tree> objects() {
    return Stream.of("argocd/bootstrap", "argocd/apps")
        .flatMap(folder -> Checkout.files(folder, ".yaml").stream())
        .flatMap(file -> Tree.parseAll(Checkout.read(file)).stream())
        .toList();
  }

  static List<Tree> of(String kind) {
    return objects().stream().filter(each -> each.at("kind").text().equals(kind)).toList();
  }

  static Tree named(String kind, String name) {
    return of(kind).stream()
        .filter(each -> each.at("metadata", "name").text().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
  }

  /** The sets that make a site's Application. */
  static List<Tree> siteSets() {
    return List.of(named("ApplicationSet", "muster-hubs"), named("ApplicationSet", "muster-edges"));
  }

  /** The sources of an Application, or of a template of one. */
  static List<Tree> sources(Tree application) {
    var spec = application.at("spec");
    return spec.at("source").exists() ? List.of(spec.at("source")) : spec.at("sources").items();
  }

  static List<Path> sites() {
    return Checkout.files("argocd/sites", ".yaml");
  }
}
