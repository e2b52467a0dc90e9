package io.muster.firmware;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;

import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;

/** What every error of the service has in common. */
public final class ProblemMatcher {
  private ProblemMatcher() {}

  /** An RFC 9457 problem of a type, with a trace id, and nothing of the code in it. */
  public static ValidatableResponse assertProblem(Response response, int status, String type) {
    var refused = response.then();
    refused
        .statusCode(status)
        .header("Content-Type", matchesPattern("application/problem\\+json.*"))
        .body("type", equalTo("urn:muster:problem:" + type))
        .body("status", equalTo(status))
        .body("traceId", matchesPattern("[0-9a-f]{32}"));
    var text = response.asString();
    if (text.contains("io.muster") || text.contains("Exception") || text.contains("java.")) {
      throw new AssertionError("code shows in " + text);
    }
    return refused;
  }
}
