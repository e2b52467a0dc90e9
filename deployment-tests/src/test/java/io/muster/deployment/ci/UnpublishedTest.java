package io.muster.deployment.ci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A version of the chart is not published twice: {@code .ci/unpublished}, with a Helm that says
 * what registries say.
 */
class UnpublishedTest {
  private static final String CHART = "oci://registry.example.org/iot/charts/muster";

  @TempDir Path folder;

  private record Answer(int status, String printed) {}

  /** Helm, as it is called with the chart and its version, and otherwise not at all. */
  private void helm(String prints, int status) throws Exception {
    var script =
        """
        #!/bin/sh
        [ "$*" = "show chart %s --version 0.1.0" ] || exit 99
        echo '%s' >&2
        exit %d
        """;
    var helm = Files.writeString(folder.resolve("helm"), script.formatted(CHART, prints, status));
    Files.setPosixFilePermissions(helm, PosixFilePermissions.fromString("rwx------"));
  }

  private Answer asked() throws Exception {
    var builder =
        new ProcessBuilder(
                "/bin/sh", Checkout.ROOT.resolve(".ci/unpublished").toString(), CHART, "0.1.0")
            .redirectErrorStream(true);
    builder.environment().put("PATH", folder.toString());
    var process = builder.start();
    var printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Answer(process.waitFor(), printed);
  }

  @Test
  void aVersionThatIsThereIsNotPublishedAgain() throws Exception {
    helm("version: 0.1.0", 0);
    var answer = asked();
    assertEquals(1, answer.status());
    assertTrue(answer.printed().contains("::error::the chart 0.1.0 is published already"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Error: registry.example.org/iot/charts/muster:0.1.0: not found",
        "Error: GET \"https://x/v2/iot/charts/muster\": response status code 403: denied: denied"
      })
  void oneThatTheRegistryDoesNotHaveMayBe(String said) throws Exception {
    helm(said, 1);
    var answer = asked();
    assertEquals(0, answer.status(), answer::printed);
  }

  /** A registry that is away has perhaps what it does not say. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Error: Get \"https://x/v2/\": dial tcp: lookup x: no such host",
        "Error: response status code 500: Internal Server Error",
        "Error: response status code 401: unauthorized: authentication required",
        ""
      })
  void oneOfWhichNobodyKnowsIsNotPublished(String said) throws Exception {
    helm(said, 1);
    var answer = asked();
    assertEquals(1, answer.status(), answer::printed);
    assertTrue(answer.printed().contains(said), answer::printed);
    assertTrue(answer.printed().contains("cannot be told"), answer::printed);
  }

  /** Of which the shell says "not found". */
  @Test
  void withoutHelmNothingIsPublished() throws Exception {
    var answer = asked();
    assertTrue(answer.status() != 0);
    assertTrue(answer.printed().contains("helm"), answer::printed);
  }
}
