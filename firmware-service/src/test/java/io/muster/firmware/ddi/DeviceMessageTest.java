package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.firmware.actions.Feedback.Execution;
import io.muster.rest.problem.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceMessageTest {
  private static final String STATUS =
      "\"status\":{\"execution\":\"closed\",\"result\":{\"finished\":\"success\"}}";

  @ParameterizedTest
  @ValueSource(strings = {"7", "\"7\""})
  void anUpdateIsMeantUnlessItSaysOtherwise(String id) {
    var said = read("{\"id\":%s,%s}".formatted(id, STATUS));
    var update = assertInstanceOf(DeviceMessage.OfUpdate.class, said);
    assertEquals(7, update.action());
    assertEquals(Execution.CLOSED, update.feedback().execution());
  }

  @Test
  void aCancellationIsNamedAsInTheNotice() {
    assertInstanceOf(
        DeviceMessage.OfCancellation.class,
        read("{\"id\":7,\"pending\":\"cancelAction\",%s}".formatted(STATUS)));
  }

  @Test
  void aConfirmationNeedsNoStatus() {
    assertEquals(
        new DeviceMessage.OfConfirmation(7, false, List.of("not now")),
        read(
            """
            {"id":7,"pending":"confirmationBase","confirmation":"denied","details":["not now"]}\
            """));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "7",
        "{}",
        "{\"id\":1.5,\"status\":{\"execution\":\"closed\"}}",
        "{\"id\":\"1x\",\"status\":{\"execution\":\"closed\"}}",
        "{\"id\":99999999999999999999,\"status\":{\"execution\":\"closed\"}}",
        "{\"id\":7}",
        "{\"id\":7,\"pending\":\"installedBase\",\"status\":{\"execution\":\"closed\"}}",
        "{\"id\":7,\"pending\":\"confirmationBase\"}"
      })
  void whatSaysNothingIsRefused(String body) {
    assertThrows(RefusedException.class, () -> read(body));
  }

  private static DeviceMessage read(String body) {
    return DeviceMessage.read(body.getBytes(StandardCharsets.UTF_8));
  }
}
