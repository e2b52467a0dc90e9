package io.muster.registry;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalToIgnoringCase;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;

/** The metrics, as those who read them ask for them. */
@RegistryTest
class ScrapedMetricsIT {
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  /** To the letter what a server of Prometheus 3 sends. */
  private static final String PROMETHEUS_3 =
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
          + "application/openmetrics-text;version=0.0.1;q=0.5,"
          + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
          + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

  private static final String PROMETHEUS_2 =
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
          + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

  Tokens tokens;

  @Test
  void prometheusReadsOpenMetricsWithExemplars() {
    Api.as(tokens.admin()).get("/api/v1/tenants/UPPER").then().statusCode(400);
    for (var accept : new String[] {PROMETHEUS_3, PROMETHEUS_2}) {
      var text =
          scraped(accept).contentType(equalToIgnoringCase(OPEN_METRICS)).extract().asString();
      assertTrue(text.endsWith("# EOF\n"), text);
      assertTrue(
          text.lines()
              .anyMatch(
                  line ->
                      line.startsWith("muster_problems_total{") && line.contains("trace_id=\"")),
          text);
    }
  }

  @Test
  void othersReadPlainText() {
    for (var accept : new String[] {"text/plain", "text/plain;version=0.0.4;q=0.3", "text/html"}) {
      scraped(accept.equals("text/html") ? "text/html,*/*;q=0.8" : accept)
          .contentType(equalToIgnoringCase(TEXT))
          .body(containsString("# TYPE jvm_threads_live_threads gauge"))
          .body(not(containsString("# EOF")));
    }
  }

  @Test
  void openMetricsNeedNotBeAskedForInTheFrameworksWords() {
    for (var accept : new String[] {"application/openmetrics-text", "application/*", "*/*"}) {
      scraped(accept).contentType(equalToIgnoringCase(OPEN_METRICS));
    }
  }

  @Test
  void whatIsNotToBeHadIsNotAcceptable() {
    Api.as(null)
        .request()
        .header("Accept", "application/json")
        .get("/q/metrics")
        .then()
        .statusCode(406);
  }

  private static ValidatableResponse scraped(String accept) {
    return Api.as(null).request().header("Accept", accept).get("/q/metrics").then().statusCode(200);
  }
}
