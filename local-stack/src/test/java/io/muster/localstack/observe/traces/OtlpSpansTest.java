package io.muster.localstack.observe.traces;

import static io.muster.localstack.observe.traces.Encoded.TRACE;
import static io.muster.localstack.observe.traces.Encoded.attribute;
import static io.muster.localstack.observe.traces.Encoded.request;
import static io.muster.localstack.observe.traces.Encoded.span;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Spans as services send them. */
class OtlpSpansTest {
  @Test
  void aSpanIsReadWithItsServiceItsTimesAndWhatIsSaidOfIt() {
    var sent =
        span(TRACE, "b7ad6b7169203331", "00f067aa0ba902b7", "commit", 1_000, 3_500)
            .message(9, attribute("text", "one"))
            .message(9, attribute("truth", new Encoded().number(2, 1)))
            .message(9, attribute("number", new Encoded().number(3, -7)))
            .message(9, attribute("share", new Encoded().fixed(4, Double.doubleToLongBits(0.5))))
            .message(9, attribute("list", new Encoded().message(5, new Encoded())))
            .message(15, new Encoded().text(2, "why").number(3, 2));
    assertEquals(
        List.of(
            new Span(
                "ingest-service",
                TRACE,
                "b7ad6b7169203331",
                "00f067aa0ba902b7",
                "commit",
                1_000,
                3_500,
                true,
                Map.of(
                    "text", "one", "truth", "true", "number", "-7", "share", "0.5", "list", "…"))),
        OtlpSpans.in(request("ingest-service", sent).toBytes()));
  }

  @Test
  void theDescriptionOfAServiceMayComeBehindItsSpans() {
    var scope = new Encoded().message(2, span(TRACE, "01", "", "late", 1, 2));
    var resource = new Encoded().message(1, attribute("service.name", "behind"));
    var request = new Encoded().message(1, new Encoded().message(2, scope).message(1, resource));
    assertEquals("behind", OtlpSpans.in(request.toBytes()).getFirst().service());
  }

  @Test
  void fieldsOfLaterVersionsAreSkipped() {
    var sent = span(TRACE, "01", "", "new", 1, 2).text(90, "?").number(91, 1).fixed(92, 1);
    var read = OtlpSpans.in(request("new", sent).toBytes()).getFirst();
    assertEquals("new", read.name());
    assertEquals("", read.parentId());
  }

  @Test
  void aLongTextIsCut() {
    var sent = span(TRACE, "01", "", "x", 1, 2).message(9, attribute("long", "y".repeat(5_000)));
    var read = OtlpSpans.in(request("long", sent).toBytes()).getFirst();
    assertEquals(1_001, read.attributes().get("long").length());
  }

  @Test
  void whatIsNoneIsRefusedAndNothingElseHappens() {
    var whole = request("cut", span(TRACE, "01", "", "cut", 1, 2)).toBytes();
    for (var length = 1; length < whole.length; length++) {
      var part = Arrays.copyOf(whole, length);
      assertThrows(IllegalArgumentException.class, () -> OtlpSpans.in(part), "cut at " + length);
    }
    var random = new Random(7);
    for (var i = 0; i < 20_000; i++) {
      var broken = whole.clone();
      broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      try {
        OtlpSpans.in(broken);
      } catch (IllegalArgumentException refused) {
        // The one way in which it may fail.
      }
    }
  }

  @Test
  void aSpanWithoutAnIdIsRefused() {
    var request = request("none", new Encoded().text(5, "nobody"));
    assertThrows(IllegalArgumentException.class, () -> OtlpSpans.in(request.toBytes()));
  }
}
