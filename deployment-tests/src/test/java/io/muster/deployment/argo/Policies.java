package io.muster.deployment.argo;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The validating admission policies, asked as Kubernetes asks them. */
final class Policies {
  private static final Cel CEL =
      CelFactory.standardCelBuilder()
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addCompilerLibraries(CelExtensions.strings())
          .addRuntimeLibraries(CelExtensions.strings())
          .addVar("object", SimpleType.DYN)
          .addVar("params", SimpleType.DYN)
          .addVar("variables", SimpleType.DYN)
          .build();

  private Policies() {}

  static List<Tree> objects() {
    return Checkout.files("argocd/policies", ".yaml").stream()
        .flatMap(file -> Tree.parseAll(Checkout.read(file)).stream())
        .toList();
  }

  static List<Tree> of(String kind) {
    return objects().stream().filter(each -> each.at("kind").text().equals(kind)).toList();
  }

  /** What the policies say against an object; nothing when it may be. */
  static List<String> refusals(Tree object) {
    var refusals = new ArrayList<String>();
    for (var policy : of("ValidatingAdmissionPolicy")) {
      var input = new HashMap<String, Object>();
      input.put("object", asKubernetesReads(object.node()));
      input.put("params", of("ConfigMap").getFirst().node());
      input.put("variables", Map.of());
      var variables = new HashMap<String, Object>();
      for (var variable : policy.at("spec", "variables").items()) {
        variables.put(variable.at("name").text(), value(variable.at("expression").text(), input));
        input.put("variables", Map.copyOf(variables));
      }
      for (var validation : policy.at("spec", "validations").items()) {
        if (!Boolean.TRUE.equals(value(validation.at("expression").text(), input))) {
          refusals.add(validation.at("message").text());
        }
      }
    }
    return refusals;
  }

  /** Numbers of CEL have 64 bits. */
  private static Object asKubernetesReads(Object node) {
    return switch (node) {
      case Integer number -> number.longValue();
      case Map<?, ?> map -> {
        var read = new HashMap<Object, Object>();
        map.forEach((name, value) -> read.put(name, asKubernetesReads(value)));
        yield read;
      }
      case List<?> list -> list.stream().map(Policies::asKubernetesReads).toList();
      case null, default -> node;
    };
  }

  private static Object value(String expression, Map<String, Object> input) {
    try {
      return CEL.createProgram(CEL.compile(expression).getAst()).eval(input);
    } catch (CelValidationException | CelEvaluationException e) {
      // With failurePolicy=Fail an expression that fails refuses.
      throw new AssertionError(expression, e);
    }
  }
}
