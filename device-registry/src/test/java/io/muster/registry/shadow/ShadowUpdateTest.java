package io.muster.registry.shadow;

import static io.muster.registry.shadow.Json.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShadowUpdateTest {
  private static final ShadowRules RULES = new ShadowRules(8192, 3);

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiter = '|',
      value = {
        "{ | Invalid JSON | ^^",
        "[] | Invalid JSON | ^^",
        "null | Invalid JSON | ^^",
        "^^ | Invalid JSON | ^^",
        "{'state':{}} x | Invalid JSON | ^^",
        "{'state':{},'state':{}} | Invalid JSON | ^^",
        "{'state':{'desired':{'a':1,'a':2}}} | Invalid JSON | ^^",
        "{'state':{'desired':{'a':NaN}}} | Invalid JSON | ^^",
        "{} | Missing required node: state | /state",
        "{'desired':{}} | Missing required node: state | /state",
        "{'state':1} | State node must be an object | /state",
        "{'state':[]} | State node must be an object | /state",
        "{'state':{'desired':1}} | Desired node must be an object | /state/desired",
        "{'state':{'desired':[]}} | Desired node must be an object | /state/desired",
        "{'state':{'reported':'x'}} | Reported node must be an object | /state/reported",
        "{'state':{'delta':{}}} | State contains an invalid node | /state/delta",
        "{'state':{'a/b':1}} | State contains an invalid node | /state/a~1b",
        "{'state':{'desired':{'a':[1,null]}}} | State contains an invalid node"
            + " | /state/desired/a/1",
        "{'state':{'desired':{'a':'\\u0000'}}} | State contains an invalid node"
            + " | /state/desired/a",
        "{'state':{'desired':{'\\u0000':1}}} | State contains an invalid node | /state/desired",
        "{'state':{'desired':{'a':'\\ud800'}}} | State contains an invalid node"
            + " | /state/desired/a",
        "{'state':{'desired':{'a':1e100000}}} | State contains an invalid node"
            + " | /state/desired/a",
        "{'state':{'desired':{'a':1e-100000}}} | State contains an invalid node"
            + " | /state/desired/a",
        "{'state':{'desired':{'a':{'b':{'c':{'d':1}}}}}}"
            + " | JSON contains too many levels of nesting; maximum is 3 | /state/desired/a/b/c/d",
        "{'state':{'reported':{'a':[[[1]]]}}}"
            + " | JSON contains too many levels of nesting; maximum is 3 | /state/reported/a/0/0/0",
        "{'state':{},'version':'1'} | Invalid version | /version",
        "{'state':{},'version':1.5} | Invalid version | /version",
        "{'state':{},'version':-1} | Invalid version | /version",
        "{'state':{},'version':99999999999999999999} | Invalid version | /version",
        "{'state':{},'clientToken':1} | Invalid clientToken | /clientToken",
        "{'state':{},'clientToken':{}} | Invalid clientToken | /clientToken"
      })
  void whatIsWrongGetsAwsCodeAndMessage(String payload, String message, String pointer) {
    assertRefused(payload, 400, message, pointer);
  }

  private static void assertRefused(String payload, int code, String message, String pointer) {
    var refused = assertThrows(ShadowRefusedException.class, () -> read(bytes(payload))).refusal();
    assertEquals(code, refused.code());
    assertEquals(message, refused.message());
    assertEquals(pointer, refused.pointer());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'state':{}}",
        "{'state':{'desired':null,'reported':null}}",
        "{'state':{'desired':{'a':{'b':{'c':1}}}}}",
        "{'state':{'desired':{'a':[[1]]}}}",
        "{'state':{'desired':{}},'version':null,'clientToken':null}",
        "{'state':{'desired':{}},'other':[1],'timestamp':5,'metadata':{}}",
        " {'state':{'desired':{'ü':'😀'}}} "
      })
  void whatIsRightIsRead(String payload) {
    assertNull(read(bytes(payload)).expectedVersion());
  }

  @Test
  void theVersionAndTheTokenAreRead() {
    var request =
        ShadowRequest.update(bytes("{'state':null,'version':7,'clientToken':'t'}"), RULES);
    assertEquals("t", request.clientToken());
    var update = ShadowUpdate.read(request.body(), RULES);
    assertEquals(7L, update.expectedVersion());
    assertNull(update.state());
  }

  @Test
  void aTokenHas64BytesAtMost() {
    var longest = "é".repeat(32);
    assertEquals(
        longest,
        ShadowRequest.update(bytes("{'clientToken':'" + longest + "'}"), RULES).clientToken());
    assertRefused("{'clientToken':'" + longest + "x'}", 400, "Invalid clientToken", "/clientToken");
  }

  @Test
  void anotherEncodingIsToldApart() {
    var text = "{\"state\":{\"desired\":{\"a\":\"é\"}}}";
    for (var encoding :
        new java.nio.charset.Charset[] {
          StandardCharsets.ISO_8859_1, java.nio.charset.Charset.forName("windows-1252")
        }) {
      var refused = assertThrows(ShadowRefusedException.class, () -> read(text.getBytes(encoding)));
      assertEquals(415, refused.refusal().code());
    }
  }

  @Test
  void aPayloadThatIsFarTooLongIsNotRead() {
    var refused =
        assertThrows(ShadowRefusedException.class, () -> read(new byte[2 * 8192 + 1])).refusal();
    assertEquals(413, refused.code());
  }

  @Test
  void jsonThatIsNestedWithoutEndIsNoJson() {
    var deep = "{\"state\":" + "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_001);
    assertEquals(
        "Invalid JSON",
        assertThrows(ShadowRefusedException.class, () -> read(bytes(deep))).getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiter = '|',
      value = {"^^ | ", "{} | ", "{'clientToken':'t'} | t", "no JSON | ", "[1] | ", "1 | "})
  void ofAGetTheTokenAloneCounts(String payload, String token) {
    assertEquals(token, ShadowRequest.other(bytes(payload)).clientToken());
  }

  @Test
  void aWrongTokenOfAGetIsRefused() {
    assertThrows(
        ShadowRefusedException.class, () -> ShadowRequest.other(bytes("{'clientToken':1}")));
  }

  private static ShadowUpdate read(byte[] payload) {
    return ShadowUpdate.read(ShadowRequest.update(payload, RULES).body(), RULES);
  }
}
