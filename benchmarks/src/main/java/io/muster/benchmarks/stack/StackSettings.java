package io.muster.benchmarks.stack;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What of a stack can be chosen.
 *
 * @param home its folder: data, logs, keys
 * @param ingestJvm options of ingest-service's JVM
 * @param ingestEnvironment added to ingest-service's configuration
 * @param keepHome whether the folder stays when the stack is closed
 */
public record StackSettings(
    Path home, List<String> ingestJvm, Map<String, String> ingestEnvironment, boolean keepHome) {
  /** As {@code ./muster up} runs it. */
  public static final List<String> USUAL_INGEST_JVM =
      List.of("-Xms64m", "-Xmx384m", "-XX:MaxDirectMemorySize=192m");
}
