package io.muster.registry.bulk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.rest.problem.Explanation;
import io.muster.rest.problem.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows out of bytes. */
class RowsTest {
  private static final int MAX = 2_000;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Test
  void linesEndAnyWayAndTheLastNeedNot() throws IOException {
    var rows = ndjson("\uFEFF{\"id\":1}\r\n\n  \n{\"id\":2}\n{\"id\":3}");
    assertEquals(List.of(1L, 4L, 5L), lines(rows));
    assertTrue(rows.stream().allMatch(Row.Readable.class::isInstance));
  }

  @Test
  void aLineThatIsTooLongIsPassedOver() throws IOException {
    var rows = ndjson("{}\n{\"a\":\"" + "x".repeat(100_000) + "\"}\n{}\n");
    assertEquals(List.of(1L, 2L, 3L), lines(rows));
    assertInstanceOf(Row.Unreadable.class, rows.get(1));
    assertInstanceOf(Row.Readable.class, rows.get(2));
  }

  @Test
  void aLineOfExactlyTheLimitIsRead() throws IOException {
    var exact = "{\"a\":\"" + "x".repeat(MAX - 8) + "\"}";
    assertEquals(MAX, exact.length());
    assertInstanceOf(Row.Readable.class, ndjson(exact).getFirst());
    assertInstanceOf(Row.Readable.class, ndjson(exact + "\n").getFirst());
    assertInstanceOf(Row.Unreadable.class, ndjson(exact + " \n").getFirst());
  }

  @Test
  void whatIsNotUtf8IsRefusedByItself() throws IOException {
    var bytes = "{}\n?\n{}\n".getBytes(StandardCharsets.UTF_8);
    bytes[3] = (byte) 0xC3;
    var rows = all(new NdjsonRows(new Lines(new ByteArrayInputStream(bytes), MAX), MAPPER));
    assertInstanceOf(Row.Unreadable.class, rows.get(1));
    assertInstanceOf(Row.Readable.class, rows.get(2));
  }

  @Test
  void anErrorTellsTheColumnAndNoLineOfItsOwn() throws IOException {
    var row = (Row.Unreadable) ndjson("{}\n{\"a\":}").get(1);
    assertTrue(row.why().detail().contains("column 6"), row.why().detail());
  }

  @Test
  void aQuotedCellMayHoldLineEnds() throws IOException {
    var rows = csv("id,attributes.note\na,\"one\ntwo\"\nb,three\n");
    assertEquals(List.of(2L, 4L), lines(rows));
    assertEquals("one\ntwo", readable(rows, 0).at("/attributes/note").textValue());
  }

  @Test
  void aQuoteThatIsNeverClosedSpoilsItsOwnLineAlone() throws IOException {
    var rows = csv("id,attributes.note\na,\"one\nb,two\nc,three\n");
    assertEquals(List.of(2L, 3L, 4L), lines(rows));
    assertInstanceOf(Row.Unreadable.class, rows.getFirst());
    assertEquals("b", readable(rows, 1).get("id").textValue());
    assertEquals("c", readable(rows, 2).get("id").textValue());
  }

  @Test
  void anOpenQuoteEndsWithTheLimitOfBytesAndOfLines() throws IOException {
    var many = new StringBuilder("id\n\"open\n");
    for (int i = 0; i < 500; i++) {
      many.append("d").append(i).append('\n');
    }
    var rows = csv(many.toString());
    assertEquals(501, rows.size());
    assertEquals(1, rows.stream().filter(Row.Unreadable.class::isInstance).count());
    var wide = csv("id\n\"open\n" + ("x".repeat(1_500) + "\n").repeat(5));
    assertEquals(6, wide.size());
    assertEquals(1, wide.stream().filter(Row.Unreadable.class::isInstance).count());
  }

  @Test
  void theSameBytesHaveTheSameDigestHoweverTheyArrive() throws IOException {
    var text = "id,attributes.note\na,\"one\nb,two\nc,\"x\ny\"\n".repeat(50);
    var whole = new Lines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), MAX);
    var drops =
        new Lines(dropwise(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))), MAX);
    assertEquals(all(new CsvRows(whole, MAX, MAPPER)), all(new CsvRows(drops, MAX, MAPPER)));
    assertArrayEquals(whole.digest(), drops.digest());
    var other =
        new Lines(new ByteArrayInputStream((text + "z").getBytes(StandardCharsets.UTF_8)), MAX);
    all(new CsvRows(other, MAX, MAPPER));
    assertFalse(Arrays.equals(whole.digest(), other.digest()));
  }

  @Test
  void batchesAreCutByRowsAndBytesAndEndWithTheRows() throws IOException {
    assertEquals(List.of(2, 2, 1), sizes("{}\n".repeat(5), 2, 1_000));
    assertEquals(List.of(2, 2), sizes("{}\n".repeat(4), 2, 1_000));
    assertEquals(List.of(3, 2), sizes("{}\n".repeat(5), 100, 6));
    assertEquals(List.of(1, 1), sizes("{}\n".repeat(2), 100, 1));
    assertEquals(List.of(0), sizes("\n\n", 100, 100));
  }

  @Test
  void aHeaderMustBeKnown() {
    for (var header :
        List.of("", "name\n", "id,id\n", "id,attributes.\n", "id,attributes.a..b\n", "id,\"x\n")) {
      assertThrows(RefusedException.class, () -> csv(header), header);
    }
  }

  @Test
  void credentialColumnsMakeACredential() throws IOException {
    var rows = csv("id,secretSha256\na,abc\nb,\n");
    assertEquals("secret", readable(rows, 0).at("/credentials/0/kind").textValue());
    assertEquals("abc", readable(rows, 0).at("/credentials/0/secretSha256").textValue());
    assertFalse(readable(rows, 1).has("credentials"));
    var keys = csv("id,algorithm,publicKey\na,ES256,PEM\n");
    assertEquals("jwt-key", readable(keys, 0).at("/credentials/0/kind").textValue());
  }

  @Test
  void whatAColumnCannotHoldIsToldByPointer() throws IOException {
    assertEquals("/enabled", pointer(csv("id,enabled\na,1\n").getFirst()));
    assertEquals("/attributes", pointer(csv("id,attributes\na,3\n").getFirst()));
    assertEquals("/attributes/x", pointer(csv("id,attributes.x\na,{\n").getFirst()));
    assertEquals(
        "/attributes/x/y", pointer(csv("id,attributes.x,attributes.x.y\na,1,2\n").getFirst()));
    assertEquals(
        "/attributes/x",
        pointer(csv("id,attributes,attributes.x\na,\"{\"\"x\"\":1}\",2\n").getFirst()));
  }

  private static String pointer(Row row) {
    Explanation why = ((Row.Unreadable) row).why();
    return why.errors().getFirst().pointer();
  }

  private static List<Integer> sizes(String text, int rows, int bytes) throws IOException {
    var lines = new Lines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), MAX);
    var batches =
        new Batches(
            new NdjsonRows(lines, MAPPER),
            rows,
            bytes,
            row -> new RowDemand.Nothing(row.line(), null, null));
    var sizes = new ArrayList<Integer>();
    while (true) {
      var batch = batches.next();
      sizes.add(batch.rows().size());
      assertEquals(sizes.size(), batch.number());
      if (batch.last()) {
        return sizes;
      }
    }
  }

  private static JsonNode readable(List<Row> rows, int at) {
    return assertInstanceOf(Row.Readable.class, rows.get(at)).device();
  }

  private static List<Long> lines(List<Row> rows) {
    return rows.stream().map(Row::line).toList();
  }

  private static List<Row> ndjson(String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return all(new NdjsonRows(new Lines(new ByteArrayInputStream(bytes), MAX), MAPPER));
  }

  private static List<Row> csv(String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return all(new CsvRows(new Lines(new ByteArrayInputStream(bytes), MAX), MAX, MAPPER));
  }

  private static List<Row> all(RowSource source) throws IOException {
    var rows = new ArrayList<Row>();
    for (var row = source.next(); row != null; row = source.next()) {
      rows.add(row);
    }
    return rows;
  }

  private static InputStream dropwise(InputStream stream) {
    return new FilterInputStream(stream) {
      @Override
      public int read(byte[] bytes, int from, int length) throws IOException {
        return super.read(bytes, from, Math.min(length, 3));
      }
    };
  }
}
