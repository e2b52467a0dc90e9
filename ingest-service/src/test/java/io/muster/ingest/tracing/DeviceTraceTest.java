package io.muster.ingest.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.message.UserProperties;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeviceTraceTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final Map<String, String> SAMPLED =
      Map.of("traceparent", "00-" + TRACE + "-" + SPAN + "-01", "tracestate", "a=b", "x", "y");

  @Test
  void believesTheIdsOfADevice() {
    var said = DeviceTrace.of(SAMPLED);
    assertEquals(TRACE, said.getTraceId());
    assertEquals(SPAN, said.getSpanId());
    assertEquals("b", said.getTraceState().get("a"));
  }

  @Test
  void takesWhatIsNotWellFormedForNone() {
    for (var wrong : new String[] {"", "00", "00-" + TRACE, "ff-" + TRACE + "-" + SPAN + "-01"}) {
      assertFalse(DeviceTrace.of(Map.of("traceparent", wrong)).isValid(), wrong);
    }
  }

  @Test
  void recordsWhatTheServerChoseWhateverTheDevicesFlagSays() {
    var unsampled = Map.of("traceparent", "00-" + TRACE + "-" + SPAN + "-00");
    var parent = Span.fromContext(DeviceTrace.recorded(DeviceTrace.of(unsampled)));
    assertTrue(parent.getSpanContext().isSampled());
    assertEquals(TRACE, parent.getSpanContext().getTraceId());
  }

  @Test
  void goesOnUnrecordedInTheDevicesTraceWhenTheServerDidNotChooseIt() {
    var onwards = DeviceTrace.onwards(UserProperties.of(SAMPLED), Context.root());
    assertEquals("00-" + TRACE + "-" + SPAN + "-00", onwards.get("traceparent"));
    assertEquals("a=b", onwards.get("tracestate"));
    assertEquals("y", onwards.get("x"));
  }

  @Test
  void goesOnInTheSpanThatTheEndpointRecorded() {
    var span =
        SpanContext.create(
            TRACE, "00f067aa0ba902b7", TraceFlags.getSampled(), TraceState.getDefault());
    var onwards =
        DeviceTrace.onwards(UserProperties.of(SAMPLED), Context.root().with(Span.wrap(span)));
    assertEquals("00-" + TRACE + "-00f067aa0ba902b7-01", onwards.get("traceparent"));
    assertNull(onwards.get("tracestate"));
  }

  @Test
  void leavesTheOtherPropertiesAsTheyWere() {
    var said =
        UserProperties.builder()
            .add("b", "1")
            .add("traceparent", "nonsense")
            .add("a", "2")
            .add("b", "3")
            .build();
    var onwards = DeviceTrace.onwards(said, Context.root()).pairs();
    assertEquals(
        List.of(List.of("b", "1"), List.of("a", "2"), List.of("b", "3")), onwards.subList(0, 3));
    assertEquals("traceparent", onwards.get(3).getFirst());
    assertEquals(4, onwards.size());
  }

  @Test
  void startsAnUnrecordedTraceForADeviceWithoutOne() {
    var one = DeviceTrace.of(DeviceTrace.onwards(UserProperties.of("x", "y"), Context.root()));
    var other = DeviceTrace.of(DeviceTrace.onwards(UserProperties.NONE, Context.root()));
    assertTrue(one.isValid());
    assertFalse(one.isSampled());
    assertNotEquals(one.getTraceId(), other.getTraceId());
  }
}
