package io.muster.deployment.settings;

import io.muster.deployment.Checkout;
import io.muster.deployment.settings.SettingsSource.Type;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** What services can be told, as their sources say it. Read once for each module. */
public final class Mappings {
  /** What all services have. */
  public static final String SHARED = "rest";

  public static final List<String> SERVICES =
      List.of("device-registry", "ingest-service", "command-service", "firmware-service");

  private static final Map<String, Mappings> READ = new ConcurrentHashMap<>();
  private static final Map<String, Map<String, String>> SAID = new ConcurrentHashMap<>();

  /** By name; a module's own before those of {@link #SHARED}. */
  private final Map<String, Type> types = new HashMap<>();

  private final List<Type> mappings = new ArrayList<>();

  private Mappings(String module) {
    if (!module.equals(SHARED)) {
      types.putAll(of(SHARED).types);
    }
    for (var file : Checkout.files(module + "/src/main/java", ".java")) {
      var source = Checkout.read(file);
      if (source.contains("@ConfigMapping") || source.contains("@WithDefault")) {
        var read = SettingsSource.read(source);
        types.putAll(read);
        read.values().stream().filter(type -> type.prefix() != null).forEach(mappings::add);
      }
    }
  }

  private static Mappings of(String module) {
    var known = READ.get(module);
    if (known == null) {
      known = new Mappings(module);
      READ.put(module, known);
    }
    return known;
  }

  /** The mappings of a module itself, by prefix. */
  public static List<Mapping> in(String module) {
    var read = of(module);
    return read.mappings.stream()
        .map(type -> new Mapping(type.prefix(), type.text(), read.settings(type)))
        .sorted(Comparator.comparing(Mapping::prefix))
        .toList();
  }

  /** All settings that a service has, those of {@link #SHARED} among them. */
  public static List<Setting> all(String service) {
    var all = new ArrayList<Setting>();
    for (var module : List.of(SHARED, service)) {
      in(module).forEach(mapping -> all.addAll(mapping.settings()));
    }
    return all;
  }

  /** Their names in the environment. */
  public static Set<String> variables(String service) {
    var names = new TreeSet<String>();
    all(service).forEach(setting -> names.add(setting.variable()));
    return names;
  }

  /** What a service's {@code application.properties} says of settings. */
  static Map<String, String> overrides(String service) {
    return SAID.computeIfAbsent(service, Mappings::readOverrides);
  }

  private static Map<String, String> readOverrides(String service) {
    var properties = new Properties();
    try {
      properties.load(
          new StringReader(Checkout.read(service + "/src/main/resources/application.properties")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var said = new TreeMap<String, String>();
    for (var name : properties.stringPropertyNames()) {
      if (name.startsWith("muster.")) {
        said.put(name, properties.getProperty(name));
      }
    }
    return said;
  }

  private List<Setting> settings(Type mapping) {
    var settings = new ArrayList<Setting>();
    add(mapping.prefix(), mapping, settings);
    return settings;
  }

  private void add(String prefix, Type type, List<Setting> settings) {
    if (type.extended() != null) {
      find(type.extended(), type).ifPresent(parent -> add(prefix, parent, settings));
    }
    for (var member : type.members()) {
      var name = member.atParent() ? prefix : prefix + "." + member.name();
      find(member.type(), type)
          .ifPresentOrElse(
              nested -> add(name, nested, settings),
              () -> settings.add(new Setting(name, member.type(), member.value(), member.text())));
    }
  }

  private Optional<Type> find(String name, Type from) {
    return Optional.ofNullable(from.siblings().getOrDefault(name, types.get(name)));
  }
}
