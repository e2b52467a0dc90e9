package io.muster.rest.access;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Reads the tenants out of a token. What has not the expected form gives none. */
final class TenantsClaim {
  /** Followed by an even number of quotes up to the end. */
  private static final Pattern SLASH_OUTSIDE_OF_QUOTES =
      Pattern.compile("/(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");

  private TenantsClaim() {}

  /**
   * @param path of the claim, with slashes into nested objects; a name that holds slashes itself
   *     stands in quotes, as in Quarkus' {@code role-claim-path}
   */
  static Set<String> of(JsonWebToken token, String path) {
    var steps = steps(path);
    Object value = token.getClaim(steps[0]);
    for (var i = 1; i < steps.length; i++) {
      value = member(value, steps[i]);
    }
    return names(value);
  }

  private static String[] steps(String path) {
    return SLASH_OUTSIDE_OF_QUOTES
        .splitAsStream(path)
        .map(step -> step.replace("\"", ""))
        .toArray(String[]::new);
  }

  private static Object member(Object value, String name) {
    return switch (value) {
      case JsonObject object -> object.get(name);
      case Map<?, ?> map -> map.get(name);
      case null, default -> null;
    };
  }

  private static Set<String> names(Object value) {
    return switch (value) {
      case Collection<?> many ->
          many.stream().flatMap(one -> names(one).stream()).collect(Collectors.toSet());
      case JsonString text -> Set.of(text.getString());
      case String text -> Set.of(text);
      case null, default -> Set.of();
    };
  }
}
