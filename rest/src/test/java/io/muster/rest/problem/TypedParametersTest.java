package io.muster.rest.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.ext.ParamConverter;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypedParametersTest {
  private static final UUID JOB = UUID.fromString("0192d3a0-0000-7000-8000-000000000001");

  /** A resource's method. */
  @SuppressWarnings("unused")
  private static void read(
      @QueryParam("limit") int limit,
      @QueryParam("group") Integer group,
      @QueryParam("after") long after,
      @HeaderParam("Upload-Offset") Long offset,
      @QueryParam("all") boolean all,
      @PathParam("job") UUID job,
      @QueryParam("name") String name,
      int body) {}

  @Test
  void areReadAsTheirTypesSay() {
    assertEquals(-7, of(0).fromString("-7"));
    assertEquals(7, of(1).fromString("7"));
    assertEquals(1L << 40, of(2).fromString("1099511627776"));
    assertEquals(7L, of(3).fromString("7"));
    assertEquals(true, of(4).fromString("true"));
    assertEquals(JOB, of(5).fromString(JOB.toString().toUpperCase(java.util.Locale.ROOT)));
    assertNull(of(0).fromString(null));
  }

  @Test
  void ofOtherTypesAreLeftToTheFramework() {
    assertNull(of(6));
    assertNull(of(7), "a parameter without a name");
  }

  @ParameterizedTest
  @CsvSource({
    "0, x, limit, a number",
    "0, '', limit, a number",
    "0, 1.5, limit, a number",
    "1, 2147483648, group, a number",
    "2, 9223372036854775808, after, a number",
    "3, 0x1, Upload-Offset, a number",
    "4, yes, all, true or false",
    "5, seven, job, UUID",
    "5, 1-1-1-1-1, job, UUID"
  })
  void areRefusedWithTheirNameAndWhatIsExpected(
      int index, String text, String name, String expected) {
    var refused = assertThrows(RefusedException.class, () -> of(index).fromString(text));
    // As the framework hands it on.
    var refusal = (Refusal.Malformed) RefusalOfException.of(new NotFoundException(refused));
    var error = refusal.errors().getFirst();
    assertEquals(List.of(name), refusal.errors().stream().map(FieldError::parameter).toList());
    assertTrue(error.detail().contains(expected), error.detail());
  }

  private static ParamConverter<?> of(int index) {
    var method =
        Stream.of(TypedParametersTest.class.getDeclaredMethods())
            .filter(it -> it.getName().equals("read"))
            .findFirst()
            .orElseThrow();
    return new TypedParameters()
        .getConverter(
            method.getParameterTypes()[index],
            method.getGenericParameterTypes()[index],
            method.getParameterAnnotations()[index]);
  }
}
