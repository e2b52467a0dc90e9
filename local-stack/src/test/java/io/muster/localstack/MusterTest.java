package io.muster.localstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MusterTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path home;
  private Map<String, String> environment;

  @BeforeEach
  void ownHome() {
    environment = Map.of("MUSTER_HOME", home.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up --replicas ingest=none",
        "up --replicas gateway=2",
        "up --database-url http://x",
        "up --broker-url localhost",
        "logs",
        "replay absent.csv --device room-a",
        "replay pom.xml --device room-a --speed never",
        "replay pom.xml --device room-a --patience soon",
        "replay pom.xml --device room-a --window 0",
        "simulate --rate often",
        "simulate --devices 0",
        "simulate --bad-payloads many",
        "simulate --commands maybe",
        "simulate --slow-for ever",
        "simulate --endpoint localhost"
      })
  void aMistakeIsASentenceAndNoStackTrace(String arguments) {
    assertEquals(1, run(arguments));
    assertReadable();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bogus",
        "up --bogus",
        "replay",
        "replay x.csv",
        "simulate --devices many",
        "replay x.csv --device -x-",
        "simulate --tenant UPPER"
      })
  void awrongArgumentIsAUsageMistake(String arguments) {
    assertEquals(2, run(arguments));
    assertReadable();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "rest", "resett", "set", "reset-all"})
  void nobodyIsLedToTheCommandThatDeletesEverything(String mistyped) {
    assertEquals(2, run(mistyped));
    assertFalse(err.toString().contains(" reset"), err.toString());
  }

  @Test
  void theNearestOfTheOthersIsNamed() {
    assertEquals(2, run("statuss"));
    assertTrue(err.toString().contains("Did you mean: status"), err.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "up", "down", "status", "logs", "reset", "simulate", "replay", "test"})
  void helpIsEverywhere(String command) {
    assertEquals(0, run((command + " --help").strip()));
    assertTrue(
        out.toString().startsWith("Usage: muster") || out.toString().contains("Usage: muster"));
    assertFalse(out.toString().contains("[-hV]") && !command.isEmpty());
  }

  @Test
  void anOffsetThatIsNoNumberIsAMistake() {
    environment = Map.of("MUSTER_HOME", home.toString(), "MUSTER_PORT_OFFSET", "many");
    assertEquals(1, run("status"));
    assertTrue(err.toString().contains("MUSTER_PORT_OFFSET"));
  }

  @Test
  void withoutAStackTheTokenIsMissedInWords() {
    assertEquals(1, run("simulate --devices 1 --duration 1s"));
    assertTrue(err.toString().contains("./muster up"), err.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"answer", "refuse", "fail", "silent", "slow", "twice", "none"})
  void eachConductOfSimulatedDevicesIsTaken(String commands) {
    assertEquals(1, run("simulate --devices 1 --duration 1s --commands " + commands));
    assertTrue(err.toString().contains("./muster up"), err.toString());
  }

  @Test
  void anotherConductIsAMistakeAndHearsWhichThereAre() {
    assertEquals(1, run("simulate --devices 1 --duration 1s --commands obey"));
    assertTrue(
        err.toString().contains("answer, refuse, fail, silent, slow, twice, none; not “obey”"),
        err.toString());
  }

  private void assertReadable() {
    var text = err.toString();
    assertFalse(text.isBlank());
    assertFalse(text.contains("\tat ") || text.contains("Exception"), text);
  }

  private int run(String arguments) {
    return Muster.commandLine(environment)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.isEmpty() ? new String[0] : arguments.split(" "));
  }
}
