package io.muster.rest.versions;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.util.List;
import org.junit.jupiter.api.Test;

class IfMatchTest {
  @Test
  void aVersionIsItsOwnETag() {
    assertDoesNotThrow(() -> IfMatch.required(IfMatch.etag(7)).check(7));
    assertDoesNotThrow(() -> IfMatch.required("\"6\" , \"7\"").check(7));
    assertDoesNotThrow(() -> IfMatch.required("*").check(7));
    assertDoesNotThrow(() -> IfMatch.optional(null).check(7));
  }

  @Test
  void anotherVersionIsRefusedAndThePresentOneTold() {
    var refused = assertThrows(RefusedException.class, () -> IfMatch.optional("\"6\"").check(7));
    assertEquals(new Refusal.VersionMismatch(7), refused.refusal());
  }

  @Test
  void whatIsRequiredMustBeThere() {
    for (var header : new String[] {null, "", " "}) {
      var refused = assertThrows(RefusedException.class, () -> IfMatch.required(header));
      assertInstanceOf(Refusal.VersionRequired.class, refused.refusal());
    }
  }

  @Test
  void whatIsNoETagOfOursIsMalformed() {
    for (var header :
        List.of("7", "W/\"7\"", "\"x\"", "\"\"", "\"7\",", "\"-1\"", "\"9999999999999999999\"")) {
      var refused = assertThrows(RefusedException.class, () -> IfMatch.optional(header), header);
      assertInstanceOf(Refusal.Malformed.class, refused.refusal());
    }
  }
}
