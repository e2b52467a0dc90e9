package io.muster.rest.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import io.muster.contract.id.TenantId;
import io.vertx.pgclient.PgException;
import jakarta.ws.rs.NotFoundException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProblemFactoryTest {
  @Test
  void theTypesAndStatusesAreThoseThatWerePromised() {
    Map<Refusal, String> promised =
        Map.ofEntries(
            Map.entry(new Refusal.Malformed("x", List.of()), "400 malformed-request"),
            Map.entry(new Refusal.NotAuthenticated(), "401 not-authenticated"),
            Map.entry(new Refusal.NotAuthenticated(Challenge.BASIC), "401 not-authenticated"),
            Map.entry(new Refusal.Forbidden("x"), "403 forbidden"),
            Map.entry(new Refusal.Absent("x"), "404 not-found"),
            Map.entry(new Refusal.MethodNotAllowed(), "405 method-not-allowed"),
            Map.entry(new Refusal.NotAcceptable(), "406 not-acceptable"),
            Map.entry(new Refusal.Conflict("thing-exists", "x"), "409 thing-exists"),
            Map.entry(new Refusal.VersionMismatch(1), "412 version-mismatch"),
            Map.entry(new Refusal.TooLarge("x"), "413 too-large"),
            Map.entry(new Refusal.UnsupportedMediaType(), "415 unsupported-media-type"),
            Map.entry(new Refusal.Meaningless(List.of()), "422 invalid-content"),
            Map.entry(new Refusal.VersionRequired(), "428 version-required"),
            Map.entry(new Refusal.LimitReached("x", 1), "429 limit-reached"),
            Map.entry(new Refusal.TooManyFailures(Duration.ofSeconds(1)), "429 too-many-failures"),
            Map.entry(new Refusal.Unavailable("x"), "503 unavailable"),
            Map.entry(new Refusal.Unexpected(), "500 unexpected"));
    promised.forEach(
        (refusal, expected) -> {
          var problem = ProblemFactory.of(refusal, "t");
          assertEquals(
              expected,
              problem.status() + " " + problem.type().substring("urn:muster:problem:".length()));
        });
  }

  @Test
  void aDatabaseThatIsAwayIsNoFaultAndOneThatSaysNoIs() {
    for (var state : List.of("08006", "40P01", "53300", "57P01")) {
      assertEquals(
          new Refusal.Unavailable("The database cannot be reached at the moment"),
          RefusalOfException.of(new IllegalStateException(new SQLException("x", state))));
    }
    assertEquals(
        new Refusal.Unexpected(),
        RefusalOfException.of(new IllegalStateException(new SQLException("x", "42P01"))));
    assertEquals(
        new Refusal.Unexpected(), RefusalOfException.of(new IllegalStateException("secret")));
  }

  @Test
  void aParameterThatCannotBeReadIsMalformedAndNotAbsent() {
    var refusal =
        RefusalOfException.of(new NotFoundException(new NumberFormatException("For input: x")));
    assertEquals(400, ProblemFactory.of(refusal, "t").status());
    assertEquals(
        404, ProblemFactory.of(RefusalOfException.of(new NotFoundException()), "t").status());
  }

  @Test
  void causesThatGoInACircleEnd() {
    var one = new IllegalStateException("one");
    var two = new IllegalStateException("two", one);
    one.initCause(two);
    assertEquals(new Refusal.Unexpected(), RefusalOfException.of(one));
  }

  @Test
  void aPointerIsEscaped() throws Exception {
    var mapper = new ObjectMapper();
    try {
      mapper.readValue(
          "{\"a/b~c\":[1,\"x\"]}",
          mapper
              .getTypeFactory()
              .constructType(
                  new com.fasterxml.jackson.core.type.TypeReference<
                      Map<String, List<Integer>>>() {}));
      throw new AssertionError("it was read");
    } catch (InvalidFormatException wrong) {
      var refusal = (Refusal.Malformed) RefusalOfException.of(wrong);
      assertEquals("/a~1b~0c/1", refusal.errors().getFirst().pointer());
    }
  }

  @Test
  void anIdOfAnotherFormIsToldWithItsForm() {
    try {
      throw new AssertionError(new TenantId("UPPER").toString());
    } catch (RuntimeException malformed) {
      var refusal = (Refusal.Malformed) RefusalOfException.of(malformed);
      assertEquals("tenant", refusal.errors().getFirst().parameter());
    }
  }

  @Test
  void aStatementThatTakesTooLongIsNoFaultAndNotTheDatabasesEither() {
    for (var gaveUp :
        List.of(new PgException("no", "ERROR", "57014", null), new SQLException("no", "57014"))) {
      var refusal = RefusalOfException.of(new IllegalStateException(gaveUp));
      assertTrue(
          refusal instanceof Refusal.Unavailable(String why) && why.contains("shorter range"),
          refusal::toString);
    }
  }
}
