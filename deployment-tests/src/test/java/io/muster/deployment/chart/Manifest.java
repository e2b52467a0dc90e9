package io.muster.deployment.chart;

import io.muster.deployment.Tree;
import java.util.List;

/** One rendered object. */
public record Manifest(String text, Tree tree) {
  String kind() {
    return tree.at("kind").text();
  }

  String apiVersion() {
    return tree.at("apiVersion").text();
  }

  String name() {
    return tree.at("metadata", "name").text();
  }

  Tree labels() {
    return tree.at("metadata", "labels");
  }

  boolean is(String kind) {
    return kind().equals(kind);
  }

  /** Whether it makes pods. */
  boolean isWorkload() {
    return is("Pod") || pod().exists();
  }

  /** Whether its pods are to run on. */
  boolean runsOn() {
    return isWorkload() && !is("Pod") && !is("Job");
  }

  /** The specification of its pods. */
  Tree pod() {
    return is("Pod") ? tree.at("spec") : tree.at("spec", "template", "spec");
  }

  /** The labels of its pods. */
  Tree podLabels() {
    return is("Pod") ? labels() : tree.at("spec", "template", "metadata", "labels");
  }

  List<Tree> containers() {
    return java.util.stream.Stream.concat(
            pod().at("initContainers").items().stream(), pod().at("containers").items().stream())
        .toList();
  }

  @Override
  public String toString() {
    return kind() + "/" + name();
  }
}
