package io.muster.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.systemtests.stack.Exposition.Metric;
import io.muster.systemtests.stack.Metrics;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** docs/metrics.md and /q/metrics say the same, each way. */
@ExtendWith(SharedStack.class)
class MetricsIT {
  private static final String OURS = "muster_";

  private final RunningStack stack;
  private final MetricsDocument document = MetricsDocument.read();

  MetricsIT(RunningStack stack) throws IOException {
    this.stack = stack;
  }

  @Test
  void ingestServiceExportsWhatIsDocumentedAndNothingElse() {
    provokeAProblem(stack.ingest(1) + "/api/v1/tenants/demo/dead-letters");
    assertSame(
        document.under(
            "Device endpoint",
            "Who may connect",
            "The way into the store",
            "Relay",
            "Queries and the live feed",
            "Every channel",
            "Incoming channels",
            "Outgoing channels"),
        stack.ingestMetrics(1));
    assertExported(document.under("Of all four services"), stack.ingestMetrics(1));
  }

  @Test
  void deviceRegistryExportsWhatIsDocumentedAndNothingElse() {
    provokeAProblem(stack.registry() + "/api/v1/tenants");
    assertSame(
        document.under("`device-registry`", "Every channel", "Outgoing channels"),
        stack.registryMetrics());
    assertExported(document.under("Of all four services"), stack.registryMetrics());
  }

  @Test
  void commandServiceExportsWhatIsDocumentedAndNothingElse() {
    provokeAProblem(stack.command(1) + "/api/v1/tenants/demo/commands");
    assertSame(
        document.under(
            "`command-service`", "Every channel", "Incoming channels", "Outgoing channels"),
        stack.commandMetrics());
    assertExported(document.under("Of all four services"), stack.commandMetrics());
  }

  @Test
  void firmwareServiceExportsWhatIsDocumentedAndNothingElse() {
    provokeAProblem(stack.firmware(1) + "/api/v1/tenants/demo/artifacts");
    assertSame(
        document.under(
            "`firmware-service`", "Every channel", "Incoming channels", "Outgoing channels"),
        stack.firmwareMetrics());
    assertExported(document.under("Of all four services"), stack.firmwareMetrics());
  }

  @Test
  void theBrokerExportsWhatIsDocumentedAndNothingElse() {
    assertSame(document.under("`broker`"), stack.brokerMetrics());
    assertExported(document.under("The broker's own"), stack.brokerMetrics());
  }

  /** No name, and so no series, before the first. */
  private void provokeAProblem(String url) {
    stack.http().get(url, null).expect(401);
  }

  private static void assertSame(Map<String, Metric> documented, Metrics process) {
    var exported = process.exposition().named(name -> name.startsWith(OURS));
    assertEquals(Map.of(), without(documented, exported), "documented, and not exported so");
    assertEquals(Map.of(), without(exported, documented), "exported, and not documented so");
  }

  private static void assertExported(Map<String, Metric> documented, Metrics process) {
    var exported = process.exposition().named(documented::containsKey);
    assertEquals(Map.of(), without(documented, exported), "documented, and not exported so");
  }

  private static Map<String, Metric> without(Map<String, Metric> some, Map<String, Metric> others) {
    var left = new TreeMap<>(some);
    left.entrySet().removeAll(others.entrySet());
    return left;
  }
}
