package io.muster.deployment.chart;

import io.muster.deployment.Tree;
import java.util.List;

/** One rendered object. */
public record Manifest(String text, Tree tree) {
  public String kind() {
    return tree.at("kind").text();
  }

  public String apiVersion() {
    return tree.at("apiVersion").text();
  }

  public String name() {
    return tree.at("metadata", "name").text();
  }

  public Tree labels() {
    return tree.at("metadata", "labels");
  }

  public boolean is(String kind) {
    return kind().equals(kind);
  }

  /** Whether it makes pods. */
  public boolean isWorkload() {
    return is("Pod") || pod().exists();
  }

  /** Whether its pods are to run on. */
  public boolean runsOn() {
    return isWorkload() && !is("Pod") && !is("Job");
  }

  /** The specification of its pods. */
  public Tree pod() {
    return is("Pod") ? tree.at("spec") : tree.at("spec", "template", "spec");
  }

  /** The labels of its pods. */
  public Tree podLabels() {
    return is("Pod") ? labels() : tree.at("spec", "template", "metadata", "labels");
  }

  public List<Tree> containers() {
    return java.util.stream.Stream.concat(
            pod().at("initContainers").items().stream(), pod().at("containers").items().stream())
        .toList();
  }

  @Override
  public String toString() {
    return kind() + "/" + name();
  }
}
