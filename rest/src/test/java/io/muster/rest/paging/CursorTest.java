package io.muster.rest.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.rest.problem.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CursorTest {
  @Test
  void aCursorLeadsBackToItsPlace() {
    assertEquals(new Cursor("a.b_c-D9"), Cursor.read(new Cursor("a.b_c-D9").text()));
    assertEquals(new Cursor(""), Cursor.read(null));
  }

  @Test
  void whatWasNeverGivenIsRefused() {
    for (var plain : List.of("2:abc", "abc", "1:a b", "1:\u0000", "1:ä")) {
      var text = Base64.getUrlEncoder().encodeToString(plain.getBytes(StandardCharsets.ISO_8859_1));
      assertThrows(RefusedException.class, () -> Cursor.read(text), plain);
    }
    assertThrows(RefusedException.class, () -> Cursor.read("%"));
    assertThrows(RefusedException.class, () -> Cursor.read("A".repeat(201)));
  }

  @Test
  void thereIsANextOnlyWhenThereIsMore() {
    Function<String, String> same = Function.identity();
    assertNull(Page.of(List.of("a", "b"), 2, same, same).next());
    var page = Page.of(List.of("a", "b", "c"), 2, same, same);
    assertEquals(List.of("a", "b"), page.items());
    assertEquals(new Cursor("b"), Cursor.read(page.next()));
    assertNull(Page.of(List.<String>of(), 2, same, same).next());
  }
}
