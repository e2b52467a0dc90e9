package io.muster.contract.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShadowNameTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "config", "a:b_c-1", "-", "0"})
  void awsNamesAreNames(String name) {
    assertEquals(name, new ShadowName(name).value());
    assertFalse(new ShadowName(name).isClassic());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.b", "$x", "a b", "a/b", "+", "#", "é", "a\n", ".."})
  void allElseIsNone(String name) {
    assertThrows(MalformedIdException.class, () -> new ShadowName(name));
  }

  @Test
  void aNameHas64CharactersAtMost() {
    new ShadowName("x".repeat(64));
    assertThrows(MalformedIdException.class, () -> new ShadowName("x".repeat(65)));
    assertThrows(MalformedIdException.class, () -> new ShadowName(null));
  }

  @Test
  void theClassicShadowHasNone() {
    assertTrue(ShadowName.CLASSIC.isClassic());
    assertEquals("", ShadowName.CLASSIC.toString());
  }
}
