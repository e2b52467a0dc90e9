package io.muster.rest.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class AuthorTest {

  @Test
  void aSubjectWritesNoLinesOfItsOwn() {
    assertEquals("pat??2026-01-01 sam", new Author("pat\r\n2026-01-01 sam", null).subject());
  }

  @Test
  void aSubjectIsNotWithoutEnd() {
    assertEquals("a".repeat(200), new Author("a".repeat(201), "10.0.0.1").subject());
  }

  @Test
  void anAddressMayBeUnknown() {
    assertNull(new Author("pat", null).address());
  }
}
