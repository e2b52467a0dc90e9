package io.muster.deployment.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What pages say of settings, and the settings that there are. {@code mvn -pl deployment-tests test
 * -Dtest=ConfigurationPageTest -Dmuster.write=true} writes docs/configuration.md anew.
 */
class ConfigurationPageTest {
  private static final Pattern ASKED = Pattern.compile("\\$\\{(MUSTER_[A-Z0-9_]+)");
  private static final Pattern VARIABLE = Pattern.compile("\\bMUSTER_[A-Z0-9_]*[A-Z0-9]\\b");

  /** Not within another name, as a category of the log is. */
  private static final Pattern SETTING =
      Pattern.compile("(?<![\\w.])muster\\.[a-z][a-z0-9-]*(?:\\.[a-z0-9][a-z0-9-]*)*(?![\\w/])");

  /** Read by tests alone. */
  private static final Set<String> OF_TESTS =
      Set.of("MUSTER_FUZZ_SECONDS", "MUSTER_OCCUPANCY_DATA", "MUSTER_TESTS_WITHOUT");

  /** Labels of Kubernetes, a file, a module. */
  private static final Set<String> NO_SETTINGS =
      Set.of("muster.io", "muster.dump", "muster.benchmarks");

  @Test
  void thePageIsUpToDate() throws IOException {
    if (Boolean.getBoolean("muster.write")) {
      ConfigurationPage.write();
    }
    assertEquals(ConfigurationPage.text(), Checkout.read(ConfigurationPage.PATH));
  }

  @Test
  void whatEachSettingDoesIsSaid() {
    var silent = new TreeSet<String>();
    for (var service : Mappings.SERVICES) {
      for (var setting : Mappings.all(service)) {
        if (setting.text().isEmpty()) {
          silent.add(setting.name());
        }
      }
    }
    assertEquals(new TreeSet<>(), silent);
  }

  @Test
  void nestedInheritedAndRenamedSettingsAreFound() {
    var names = new HashSet<String>();
    Mappings.all("ingest-service").forEach(setting -> names.add(setting.name()));
    assertTrue(
        names.containsAll(
            List.of(
                "muster.endpoint.limits.device.bytes-per-second",
                "muster.endpoint.bans.never",
                "muster.endpoint.proxy-protocol",
                "muster.ingest.removal.batch-rows",
                "muster.people.tenants-claim",
                "muster.access.fresh-for")),
        names::toString);
    var firmware = Mappings.all("firmware-service");
    assertTrue(
        firmware.stream().anyMatch(it -> it.name().equals("muster.firmware.ddi.proofs.stale-for")));
    assertTrue(firmware.stream().noneMatch(it -> it.name().startsWith("muster.endpoint")));
  }

  @Test
  void everyVariableThatServicesAskForIsExplained() {
    var asked = new TreeSet<String>();
    for (var service : Mappings.SERVICES) {
      var properties = Checkout.read(service + "/src/main/resources/application.properties");
      ASKED.matcher(properties).results().forEach(each -> asked.add(each.group(1)));
    }
    assertTrue(asked.size() > 20, asked::toString);
    var introduction = ConfigurationPage.introduction();
    asked.removeIf(name -> introduction.contains("`" + name + "`"));
    assertEquals(new TreeSet<>(), asked);
  }

  @Test
  void whatPagesNameIsThere() throws IOException {
    var settings = new HashSet<String>();
    for (var service : Mappings.SERVICES) {
      Mappings.all(service).forEach(setting -> settings.add(setting.name()));
    }
    var unknown = new TreeSet<String>();
    for (var page : pages()) {
      SETTING
          .matcher(Checkout.read(page))
          .results()
          .map(found -> found.group())
          .filter(name -> !NO_SETTINGS.contains(name) && !isThere(settings, name))
          .forEach(name -> unknown.add(Checkout.ROOT.relativize(page) + ": " + name));
    }
    assertEquals(new TreeSet<>(), unknown);
  }

  /** A setting, or what several of them begin with. */
  private static boolean isThere(Set<String> settings, String name) {
    return settings.contains(name)
        || settings.stream().anyMatch(setting -> setting.startsWith(name + "."));
  }

  @Test
  void variablesOnPagesAreRead() throws IOException {
    var known = new HashSet<>(OF_TESTS);
    for (var service : Mappings.SERVICES) {
      known.addAll(Mappings.variables(service));
    }
    var programs = new StringBuilder();
    for (var place : List.of("broker/src/main", "local-stack/src/main", "token-issuer/src/main")) {
      Checkout.files(place, ".java").forEach(file -> programs.append(Checkout.read(file)));
    }
    for (var service : Mappings.SERVICES) {
      programs.append(Checkout.read(service + "/src/main/resources/application.properties"));
    }
    VARIABLE.matcher(programs).results().forEach(found -> known.add(found.group()));
    var unknown = new TreeSet<String>();
    for (var page : pages()) {
      VARIABLE
          .matcher(Checkout.read(page))
          .results()
          .filter(found -> !known.contains(found.group()))
          .forEach(found -> unknown.add(Checkout.ROOT.relativize(page) + ": " + found.group()));
    }
    assertEquals(new TreeSet<>(), unknown);
  }

  @Test
  void whatTheBrokerReadsIsInItsReadme() {
    var read = new TreeSet<String>();
    for (var file : Checkout.files("broker/src/main/java", ".java")) {
      Pattern.compile("\"(MUSTER_[A-Z_]+)\"")
          .matcher(Checkout.read(file))
          .results()
          .forEach(found -> read.add(found.group(1)));
    }
    assertTrue(read.size() > 15, read::toString);
    var readme = Checkout.read("broker/README.md");
    read.removeIf(name -> readme.contains("`" + name + "`"));
    assertEquals(new TreeSet<>(), read);
  }

  /** All but what tells of former times. */
  private static List<Path> pages() {
    var pages = new ArrayList<>(Checkout.files("docs", ".md"));
    pages.removeIf(page -> page.startsWith(Checkout.ROOT.resolve("docs/decisions")));
    for (var page :
        List.of("README.md", "CONTRIBUTING.md", "broker/README.md", "helm/muster/README.md")) {
      pages.add(Checkout.ROOT.resolve(page));
    }
    return pages;
  }
}
