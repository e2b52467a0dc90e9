package io.muster.localstack.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script in a checkout of its own, with programs that only say that they were called. */
class MusterScriptTest {
  private static final List<String> MODULES =
      List.of(
          "contract",
          "mqtt-connector",
          "outbox",
          "rest",
          "windows",
          "broker",
          "local-stack",
          "device-registry",
          "ingest-service",
          "command-service",
          "firmware-service");

  @TempDir Path folder;
  private Path root;
  private Path system;
  private Path programs;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void layOut() throws IOException {
    root = Files.createDirectories(folder.resolve("a checkout"));
    system = Files.createDirectories(folder.resolve("system"));
    programs = Files.createDirectories(folder.resolve("bin"));
    Files.copy(Checkout.find().root().resolve("muster"), root.resolve("muster"));
    executable(root.resolve("muster"));
    Files.createFile(root.resolve("pom.xml"));
    for (var module : MODULES) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
      Files.createFile(root.resolve(module).resolve("pom.xml"));
    }
    // Maven ends its output with an escape sequence and no line end.
    maven("3.9.1", "echo '[INFO] Building Muster :: broker 0.1 [2/7]'; printf '\\033[0m'");
    environment.put("MUSTER_JDK_ROOT", system.toString());
    environment.put("HOME", folder.resolve("home").toString());
    environment.put("PATH", programs + ":/usr/bin:/bin");
    environment.put("JAVA_HOME", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "system/usr/lib/jvm/jdk-25",
        "system/Library/Java/JavaVirtualMachines/temurin-25.jdk/Contents/Home",
        "home/.sdkman/candidates/java/25.0.1-tem"
      })
  void findsAJdkInTheUsualPlaces(String place) throws Exception {
    jdk(folder.resolve(place), "25.0.1");
    built();
    assertEquals("java of " + folder.resolve(place), run("status").lastLine());
  }

  @Test
  void prefersJavaHomeAndPassesOverWhatIsTooOld() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    var newer = jdk(folder.resolve("newer"), "27.0.1");
    built();
    environment.put("JAVA_HOME", newer.toString());
    assertEquals("java of " + newer, run("status").lastLine());
    environment.put("JAVA_HOME", jdk(folder.resolve("old"), "21.0.4").toString());
    assertEquals("java of " + system.resolve("usr/lib/jvm/jdk-25"), run("status").lastLine());
  }

  @Test
  void saysInOneLineWhatToInstallWhenThereIsNoJdk() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-17"), "17.0.9");
    executable(Files.writeString(programs.resolve("java"), "#!/bin/sh\nexit 1\n"));
    var run = run("up");
    assertEquals(1, run.exitCode());
    assertEquals(1, run.output().strip().lines().count(), run.output());
    assertTrue(run.output().contains("JDK 25") && run.output().contains("JAVA_HOME"));
  }

  @Test
  void saysInOneLineWhatToInstallWhenMavenIsTooOld() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    maven("3.8.5", "exit 1");
    var run = run("up");
    assertEquals(1, run.exitCode());
    assertTrue(run.output().contains("3.8.6") && run.output().contains("3.8.5"), run.output());
  }

  @Test
  void buildsFirstAndNotAgainWhenNothingChanged() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    outputs();
    var first = run("up");
    assertTrue(first.output().contains("2 of 7  Muster :: broker"), first.output());
    assertTrue(first.lastLine().startsWith("java of "), first.output());
    assertEquals(1, run("up").output().strip().lines().count());
  }

  @Test
  void buildsAgainWhenASourceIsNewerOrGoneButNotForTests() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    outputs();
    var source = Files.createFile(root.resolve("outbox/src/main/A.java"));
    built();
    Files.createDirectories(root.resolve("outbox/src/test"));
    Files.createFile(root.resolve("outbox/src/test/ATest.java"));
    assertTrue(!run("up").output().contains("Building"));
    touch(source);
    assertTrue(run("up").output().contains("Building"));
    built();
    Files.delete(source);
    touch(source.getParent());
    assertTrue(run("up").output().contains("Building"));
  }

  @Test
  void onlyUpBuildsWhatHasChanged() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    outputs();
    for (var command : List.of("down", "status", "logs", "reset", "simulate", "replay")) {
      assertTrue(run(command).output().startsWith("java of "), command);
    }
  }

  @Test
  void nothingIsBuiltForACallerWhoHasBuilt() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    outputs();
    environment.put("MUSTER_BUILT", "yes");
    assertTrue(run("up").output().startsWith("java of "));
  }

  @Test
  void aRunningStacksProgramsAreNotBuiltAnew() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    running(root.resolve(".muster/run/supervisor.json"), self(), mark(self()), "");
    assertTrue(run("up").output().startsWith("java of "));
    var test = run("test");
    assertEquals(1, test.exitCode());
    assertTrue(test.output().contains("./muster down"), test.output());
  }

  @Test
  void theIdOfAKilledStackMayBeAnotherProcessByNow() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    outputs();
    running(root.resolve(".muster/run/supervisor.json"), self(), mark(self()) + "0", "");
    assertTrue(run("up").output().contains("Building"));
    running(root.resolve(".muster/run/supervisor.json"), self(), "", "");
    var test = run("test");
    assertTrue(!test.output().contains("A stack is running"), "this is no command of Muster's");
  }

  @Test
  void theProgramsOfAStackWithAnotherHomeAreNotBuiltAnewEither() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    outputs();
    var other = folder.resolve("another home").toString();
    running(root.resolve("target/muster-running/1.json"), self(), mark(self()), other);
    var up = run("up");
    assertTrue(up.output().contains("MUSTER_HOME=" + other), up.output());
    assertTrue(!up.output().contains("Building"), up.output());
    assertTrue(up.lastLine().startsWith("java of "), up.output());
    var test = run("test");
    assertEquals(1, test.exitCode());
    assertTrue(test.output().contains(other), test.output());
    Files.delete(root.resolve("target/muster-running/1.json"));
    assertTrue(run("up").output().contains("Building"));
  }

  private static long self() {
    return ProcessHandle.current().pid();
  }

  /** As local-stack writes it, where there is a /proc. */
  private static String mark(long pid) throws IOException {
    var stat = Path.of("/proc/" + pid + "/stat");
    Assumptions.assumeTrue(Files.exists(stat), "this system has no /proc");
    var fields = Files.readString(stat).replaceFirst(".*\\) ", "").split(" ");
    return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip() + "/" + fields[19];
  }

  private static void running(Path record, long pid, String mark, String detail)
      throws IOException {
    Files.createDirectories(record.getParent());
    Files.writeString(
        record,
        "{\"name\":\"x\",\"pid\":%d,\"startedAt\":\"2026-01-01T00:00:00Z\",\"state\":\"ready\",\"detail\":\"%s\",\"startMark\":\"%s\"}"
            .formatted(pid, detail, mark));
  }

  @Test
  void aFailedBuildShowsItsErrorsAndWhereTheLogIs() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    maven("3.9.1", "echo '[INFO] noise'; echo '[ERROR] A.java: does not compile'; exit 1");
    var run = run("up");
    assertNotEquals(0, run.exitCode());
    assertTrue(run.output().contains("A.java: does not compile"), run.output());
    assertTrue(run.output().contains("target/muster-build.log"), run.output());
    assertTrue(!run.output().contains("noise"), run.output());
    assertTrue(!Files.exists(root.resolve("target/muster-built")), "it is tried again");
  }

  @Test
  void aTestRunEndsWithTheSumOfAllReports() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    report("contract", "surefire", "tests=\"5\" errors=\"0\" skipped=\"1\" failures=\"0\"", true);
    maven(
        "3.9.1",
        reportScript("broker", "tests=\"7\" errors=\"0\" skipped=\"1\" failures=\"0\"")
            + reportScript("outbox", "tests=\"4\" errors=\"0\" skipped=\"0\" failures=\"0\""));
    var run = run("test");
    assertTrue(
        run.output().lines().anyMatch("10 passed, 0 failed, 1 skipped"::equals),
        "an older report counts not: " + run.output());
    assertEquals(0, run.exitCode());
  }

  @Test
  void skippedTestsAreNamedWithTheirReasonsBehindTheSum() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    var skipped =
        """
        <testcase name="isShown" classname="io.muster.OneIT" time="0.1"/>
        <testcase name="needsATool" classname="io.muster.OneIT" time="0">
        <skipped message="Assumption failed: not on the PATH: &quot;jq&quot; &amp; more" type="x"/>
        </testcase>
        <testcase name="needsAFile" classname="io.muster.OneIT" time="0">
        <skipped type="x.Aborted"><![CDATA[x.Aborted: Assumption failed: no file: room-a.csv
            at io.muster.OneIT.needsAFile(OneIT.java:7)]]></skipped>
        </testcase>
        """;
    maven(
        "3.9.1",
        reportScript("broker", "tests=\"3\" errors=\"0\" skipped=\"2\" failures=\"0\"", skipped));
    var lines = run("test").output().strip().lines().toList();
    assertEquals(
        List.of(
            "1 passed, 0 failed, 2 skipped",
            "  skipped OneIT.needsATool: not on the PATH: \"jq\" & more",
            "  skipped OneIT.needsAFile: no file: room-a.csv"),
        lines.subList(lines.size() - 3, lines.size()));
  }

  @Test
  void aFailedTestFailsTheRun() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    maven(
        "3.9.1",
        reportScript("broker", "tests=\"7\" errors=\"1\" skipped=\"0\" failures=\"2\"") + "exit 1");
    var run = run("test");
    assertEquals("4 passed, 3 failed, 0 skipped", run.lastLine());
    assertEquals(1, run.exitCode());
  }

  @Test
  void theFullRunIsRecorded() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    Files.createDirectories(root.resolve("docs"));
    maven(
        "3.9.1",
        "echo \"$@\"\n"
            + reportScript("broker", "tests=\"2\" errors=\"0\" skipped=\"0\" failures=\"0\""));
    var run = run("test", "--full");
    assertTrue(
        run.output()
            .contains(
                "-Dmuster.excludedTestTags=none -Dmuster.testJavaOptions=-Xshare:auto verify"),
        run.output());
    var page = Files.readString(root.resolve("docs/test-results.md"));
    assertTrue(page.contains("2 passed, 0 failed, 0 skipped"), page);
  }

  @Test
  void whatANativeImageIsMadeOfIsBuiltAfterTheTestsOfOneServiceOrInFullOfAll() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    Files.createDirectories(root.resolve("docs"));
    maven("3.9.1", "echo \"$@\"\n");
    var some = run("test").output();
    assertTrue(some.contains("sources-only=true -DskipTests -pl firmware-service -am"), some);
    var all = run("test", "--full").output();
    assertTrue(
        all.contains("-pl device-registry,ingest-service,command-service,firmware-service -am"),
        all);
  }

  @Test
  void nativeSourcesThatCannotBeMadeFailTheRun() throws Exception {
    jdk(system.resolve("usr/lib/jvm/jdk-25"), "25");
    maven(
        "3.9.1",
        reportScript("broker", "tests=\"2\" errors=\"0\" skipped=\"0\" failures=\"0\"")
            + "case \"$*\" in *-Pnative*) exit 1;; esac");
    var run = run("test");
    assertEquals(1, run.exitCode());
    assertTrue(run.output().contains("failed outside of the tests"), run.output());
  }

  private String reportScript(String module, String counts) {
    return reportScript(module, counts, "");
  }

  private String reportScript(String module, String counts, String cases) {
    var folder = "'" + root.resolve(module) + "/target/failsafe-reports'";
    // File times advance in steps of some milliseconds; a report is newer than the run's beginning.
    return "sleep 0.05; mkdir -p %1$s; printf '%%s\\n' '<testsuite name=\"x\" %2$s>' '%3$s' > %1$s/TEST-x.xml\n"
        .formatted(folder, counts, cases);
  }

  private void report(String module, String kind, String counts, boolean old) throws IOException {
    var reports =
        Files.createDirectories(root.resolve(module).resolve("target/" + kind + "-reports"));
    var file =
        Files.writeString(reports.resolve("TEST-y.xml"), "<testsuite name=\"y\" " + counts + ">\n");
    if (old) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
    }
  }

  private Path jdk(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    executable(Files.createFile(home.resolve("bin/javac")));
    executable(
        Files.writeString(home.resolve("bin/java"), "#!/bin/sh\necho \"java of " + home + "\"\n"));
    return home;
  }

  private void maven(String version, String build) throws IOException {
    var script =
        "#!/bin/sh\n[ \"$1\" = -v ] && echo 'Apache Maven " + version + " (x)' && exit\n" + build;
    executable(Files.writeString(programs.resolve("mvn"), script + "\n"));
  }

  private void outputs() throws IOException {
    for (var module :
        List.of(
            "broker",
            "local-stack",
            "device-registry",
            "ingest-service",
            "command-service",
            "firmware-service")) {
      Files.createDirectories(root.resolve(module).resolve("target/lib"));
      Files.writeString(root.resolve(module).resolve("target/" + module + ".jar"), "");
    }
  }

  private void built() throws IOException {
    Files.createDirectories(root.resolve("target"));
    Files.createDirectories(root.resolve("local-stack/target/lib"));
    Files.writeString(root.resolve("local-stack/target/local-stack.jar"), "");
    var stamp = root.resolve("target/muster-built");
    Files.deleteIfExists(stamp);
    Files.createFile(stamp);
  }

  private static void touch(Path path) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(2)));
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Run run(String... arguments) throws Exception {
    var command = new java.util.ArrayList<>(List.of(root.resolve("muster").toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    var process = builder.start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  private record Run(int exitCode, String output) {
    String lastLine() {
      return output.strip().lines().reduce("", (before, line) -> line);
    }
  }
}
