package io.muster.rest.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RefusedRequestTest {

  @Test
  void namesWhatWasAskedForAndFromWhere() {
    assertEquals(
        "POST /api/v1/tenants/demo/devices from 127.0.0.1",
        RefusedRequest.text("POST", "/api/v1/tenants/demo/devices", "127.0.0.1"));
  }

  @Test
  void staysOneShortLineWhateverWasAskedFor() {
    assertEquals("GET /a?[31m?b from ?", RefusedRequest.text("GET", "/a\033[31m\nb", "?"));
    assertEquals(
        "GET /" + "x".repeat(255) + "… from ::1",
        RefusedRequest.text("GET", "/" + "x".repeat(10_000), "::1"));
  }
}
