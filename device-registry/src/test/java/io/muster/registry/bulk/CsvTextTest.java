package io.muster.registry.bulk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.muster.registry.bulk.CsvText.Reading;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTextTest {
  @Test
  void readsPlainAndQuotedCells() {
    assertCells("a,b,c", "a", "b", "c");
    assertCells("a,\"b,c\",d\r", "a", "b,c", "d");
    assertCells("\"a \"\"b\"\" c\"", "a \"b\" c");
    assertCells("\"a\nb\",c", "a\nb", "c");
    assertCells(",,", "", "", "");
    assertCells("", "");
    assertCells("\"\",\"\"\r", "", "");
    assertCells("a b , c", "a b ", " c");
  }

  @Test
  void aQuoteThatIsNotClosedIsOpen() {
    assertInstanceOf(Reading.Open.class, CsvText.read("a,\"b"));
    assertInstanceOf(Reading.Open.class, CsvText.read("\"a\"\""));
  }

  @Test
  void quotesInTheWrongPlaceAreWrong() {
    assertInstanceOf(Reading.Wrong.class, CsvText.read("a\"b,c"));
    assertInstanceOf(Reading.Wrong.class, CsvText.read("\"a\"b,c"));
  }

  @Test
  void whatIsWrittenIsReadBack() {
    for (var cells :
        List.of(
            List.of("a", "b"),
            List.of("", ""),
            List.of("a,b", "c\"d", "e\r\nf", "\"", ",\n"),
            List.of("Grüße", "日本"))) {
      var text = new StringBuilder();
      CsvText.write(cells, text);
      var record = text.substring(0, text.length() - 1);
      assertEquals(new Reading.Cells(cells), CsvText.read(record));
    }
  }

  private static void assertCells(String text, String... cells) {
    assertEquals(new Reading.Cells(List.of(cells)), CsvText.read(text));
  }
}
