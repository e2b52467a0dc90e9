package io.muster.systemtests.stack;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A span as it came over OTLP.
 *
 * @param service {@code service.name} of the process
 * @param traceId in hexadecimal, as are the others
 * @param parentId empty for none
 */
public record ExportedSpan(
    String service, String traceId, String spanId, String parentId, String name) {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;

  /**
   * Those in an {@code ExportTraceServiceRequest} (opentelemetry-proto, {@code trace.proto}): each
   * resource (1) has a description (1) and scopes (2), each of those spans (2).
   */
  static List<ExportedSpan> in(byte[] request) {
    var spans = new ArrayList<ExportedSpan>();
    for (var resource : fields(request, 1)) {
      var service = service(resource);
      for (var scope : fields(resource, 2)) {
        fields(scope, 2).forEach(span -> spans.add(of(service, span)));
      }
    }
    return spans;
  }

  private static ExportedSpan of(String service, byte[] span) {
    return new ExportedSpan(
        service, hex(span, 1), hex(span, 2), hex(span, 4), text(fields(span, 5).getFirst()));
  }

  /** Attributes (1) are pairs of key (1) and value (2), of which a text is field 1. */
  private static String service(byte[] resource) {
    return fields(resource, 1).stream()
        .flatMap(description -> fields(description, 1).stream())
        .filter(attribute -> text(fields(attribute, 1).getFirst()).equals("service.name"))
        .map(attribute -> text(fields(fields(attribute, 2).getFirst(), 1).getFirst()))
        .findFirst()
        .orElse("");
  }

  private static String hex(byte[] message, int field) {
    return fields(message, field).stream().findFirst().map(HexFormat.of()::formatHex).orElse("");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The values of a field with a length, in the wire format of protocol buffers. */
  private static List<byte[]> fields(byte[] message, int number) {
    var in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    var values = new ArrayList<byte[]>();
    while (in.hasRemaining()) {
      var key = (int) varint(in);
      switch (key & 7) {
        case VARINT -> varint(in);
        case FIXED_64 -> in.getLong();
        case FIXED_32 -> in.getInt();
        case BYTES -> {
          var value = new byte[(int) varint(in)];
          in.get(value);
          if (key >>> 3 == number) {
            values.add(value);
          }
        }
        default -> throw new IllegalArgumentException("no wire type: " + (key & 7));
      }
    }
    return values;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    int shift = 0;
    byte digit;
    do {
      digit = in.get();
      value |= (long) (digit & 0x7F) << shift;
      shift += 7;
    } while (digit < 0);
    return value;
  }
}
