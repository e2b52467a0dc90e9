package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import io.muster.deployment.chart.Rendering.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Helm's library renders no notes: in a copy of the chart they are the text of a ConfigMap. */
class NotesTest {
  private static final Pattern NAMED =
      Pattern.compile("(?:get|port-forward) (secret|service)[ /]([a-z0-9-]+)");

  @TempDir static Path folder;

  @BeforeAll
  static void copyWithNotes() throws IOException {
    Checkout.copyChart(folder, UnaryOperator.identity());
    var notes = folder.resolve("templates/NOTES.txt");
    Files.writeString(
        folder.resolve("templates/notes.yaml"),
        "{{- define \"test.notes\" -}}\n"
            + Files.readString(notes)
            + """
            {{- end -}}
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: notes}
            data:
              text: {{ include "test.notes" . | toJson }}
            """);
    Files.delete(notes);
  }

  private Rendering rendering(Request request) {
    return Rendering.of(request.at(folder));
  }

  private static String notes(Rendering rendering) {
    return rendering.find("ConfigMap", "notes").orElseThrow().tree().at("data", "text").text();
  }

  @Test
  void whatTheyNameIsThere() {
    for (var request :
        new Request[] {
          Request.of(),
          Renderings.EDGE,
          Request.of("values-production.yaml"),
          Request.of("values-production.yaml", "values-emqx.yaml"),
          Request.of().named("hub").with("firmware.devices.enabled", true)
        }) {
      var rendering = rendering(request);
      var secrets = new TreeSet<String>();
      rendering
          .find("Role", request.release().equals("hub") ? "hub-muster-issuer" : "muster-issuer")
          .ifPresent(
              role ->
                  role.tree()
                      .at("rules")
                      .items()
                      .forEach(rule -> secrets.addAll(rule.at("resourceNames").texts())));
      var named = NAMED.matcher(notes(rendering));
      while (named.find()) {
        var there =
            named.group(1).equals("secret")
                ? secrets.contains(named.group(2))
                : rendering.find("Service", named.group(2)).isPresent();
        assertTrue(there, () -> request + ": " + named.group());
      }
    }
  }

  @Test
  void aSmallHubIsToldEachNextStep() {
    var notes = notes(rendering(Request.of()));
    for (var step :
        new String[] {
          "kubectl -n iot wait --for=condition=Available",
          "helm test -n iot muster",
          "get service muster-endpoint",
          "a port of the nodes",
          "get pods -o wide -l"
              + " app.kubernetes.io/instance=muster,app.kubernetes.io/component=ingest",
          "get secret muster-endpoint-tls",
          "get secret muster-admin-token",
          "port-forward service/muster-registry 8081",
          "no backups",
          "delete pvc,secret"
        }) {
      assertTrue(notes.contains(step), step);
    }
    assertFalse(notes.contains("{{"), notes);
    assertFalse(notes.contains("This is an edge"), notes);
  }

  @Test
  void inProductionNothingIsSaidOfWhatIsThereToTryItOut() {
    var notes = notes(rendering(Request.of("values-production.yaml")));
    assertFalse(notes.contains("muster-admin-token"), notes);
    assertFalse(notes.contains("bundled"), notes);
    assertFalse(notes.contains("a port of the nodes"), notes);
    assertTrue(notes.contains("docs/guides/backup.md"), notes);
    assertTrue(notes.contains("get service muster-updates"), notes);
    assertTrue(notes.contains("helm test"), notes);
  }

  @Test
  void helmTestIsNotAdvisedWhereItHasNothingToDo() {
    var request = Request.of().with("people.issuer", "https://login.example.org");
    assertFalse(notes(rendering(request)).contains("helm test"));
    var hidden =
        Request.of()
            .with("endpoint.proxyProtocol.enabled", true)
            .with("endpoint.proxyProtocol.trusted[0]", "10.0.0.0/8");
    assertFalse(notes(rendering(hidden)).contains("helm test"));
  }

  @Test
  void anEdgeIsToldWhatItDoesNotDo() {
    var notes = notes(rendering(Renderings.EDGE));
    assertTrue(notes.contains("This is an edge"), notes);
    assertFalse(notes.contains("port-forward"), notes);
    // Where the whole of it is said.
    assertTrue(Checkout.read("docs/guides/gitops.md").contains("\n## What an edge does\n"));
    assertEquals(1, notes.split("What an edge does", -1).length - 1);
    assertTrue(notes.contains("is brought to the hub at https://"), notes);
  }

  @Test
  void anEdgeWithoutAnUplinkIsToldSo() {
    var notes = notes(rendering(Renderings.EDGE.with("external.uplinkUrl", "")));
    assertTrue(notes.contains("does not get to a hub without external.uplinkUrl"), notes);
    assertFalse(notes.contains("is brought to the hub"), notes);
  }
}
