package io.muster.deployment.observability;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every PromQL expression of the chart, by where it stands. */
final class Expressions {
  private Expressions() {}

  static Map<String, String> all() {
    var all = new LinkedHashMap<>(rules());
    all.putAll(dashboards());
    return all;
  }

  static Map<String, String> rules() {
    var found = new LinkedHashMap<String, String>();
    for (var file : Checkout.files("helm/muster/files/rules", ".yaml")) {
      for (var group : Tree.parse(Checkout.read(file)).at("groups").items()) {
        for (var rule : group.at("rules").items()) {
          found.put(rule.at("alert").text() + rule.at("record").text(), rule.at("expr").text());
        }
      }
    }
    return found;
  }

  /** With the choice at the top of a dashboard as it is when all are chosen. */
  static Map<String, String> dashboards() {
    var found = new LinkedHashMap<String, String>();
    for (var file : Checkout.files("helm/muster/files/dashboards", ".yaml")) {
      for (var row : Tree.parse(Checkout.read(file)).at("rows").items()) {
        for (var panel : row.at("panels").items()) {
          panel
              .at("queries")
              .members()
              .forEach(
                  (legend, expression) ->
                      found.put(
                          "%s / %s / %s"
                              .formatted(Checkout.name(file), panel.at("title").text(), legend),
                          expression.toString().replace("$of", "namespace=~\".*\"")));
        }
      }
    }
    return found;
  }
}
