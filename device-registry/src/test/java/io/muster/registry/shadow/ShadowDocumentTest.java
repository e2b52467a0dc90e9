package io.muster.registry.shadow;

import static io.muster.registry.shadow.Json.assertJson;
import static io.muster.registry.shadow.Json.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of AWS IoT's developer guide, and what they leave open. */
class ShadowDocumentTest {
  private static final ShadowRules RULES = new ShadowRules(8192, 8);

  private ShadowDocument document = ShadowDocument.NONE;

  @Test
  void anUpdateChangesOnlyWhatItNames() {
    update("{'desired':{'color':'RED','engine':'ON'},'reported':{'color':'GREEN'}}", 10);
    update("{'desired':{'color':'BLUE'}}", 20);
    assertState("{'desired':{'color':'BLUE','engine':'ON'},'reported':{'color':'GREEN'}}");
    assertJson(
        json(
            "{'desired':{'color':{'timestamp':20},'engine':{'timestamp':10}},"
                + "'reported':{'color':{'timestamp':10}}}"),
        document.metadata());
    assertEquals(2, document.version());
  }

  @Test
  void nestedObjectsMerge() {
    update("{'desired':{'lights':{'color':{'r':1,'g':2},'on':true}}}", 10);
    update("{'desired':{'lights':{'color':{'g':3,'b':4}}}}", 20);
    assertState("{'desired':{'lights':{'color':{'r':1,'g':3,'b':4},'on':true}}}");
    assertJson(
        json(
            "{'desired':{'lights':{'color':{'r':{'timestamp':10},'g':{'timestamp':20},"
                + "'b':{'timestamp':20}},'on':{'timestamp':10}}}}"),
        document.metadata());
  }

  @Test
  void arraysAreReplacedAsAWhole() {
    update("{'desired':{'colors':['RED','GREEN','BLUE']}}", 10);
    update("{'desired':{'colors':['RED']}}", 20);
    assertState("{'desired':{'colors':['RED']}}");
    assertJson(json("{'desired':{'colors':[{'timestamp':20}]}}"), document.metadata());
  }

  @Test
  void anArrayOfObjectsHasItsTimesWithinEachObject() {
    update("{'desired':{'a':[{'b':1},[2]]}}", 10);
    assertJson(
        json("{'desired':{'a':[{'b':{'timestamp':10}},[{'timestamp':10}]]}}"), document.metadata());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      value = {
        // Null removes a member, and what holds nothing any more goes with it.
        "{'desired':{'a':1,'b':2}} | {'desired':{'a':null}} | {'desired':{'b':2}}",
        "{'desired':{'a':{'b':1}}} | {'desired':{'a':{'b':null}}} | {}",
        "{'desired':{'a':{'b':1},'c':1}} | {'desired':{'a':{'b':null}}} | {'desired':{'c':1}}",
        "{'desired':{'a':1}} | {'desired':{'a':null}} | {}",
        "{'desired':{'a':1},'reported':{'b':1}} | {'desired':null} | {'reported':{'b':1}}",
        "{'desired':{'a':1},'reported':{'b':1}} | {'reported':{'b':null}} | {'desired':{'a':1}}",
        "{'desired':{'a':1}} | {'desired':{'x':null,'y':{'z':null}}} | {'desired':{'a':1}}",
        "{'desired':{'a':1}} | {'desired':{'x':{}}} | {'desired':{'a':1}}",
        "{'desired':{'a':{'b':1}}} | {'desired':{'a':{}}} | {'desired':{'a':{'b':1}}}",
        "{'desired':{'a':1}} | {} | {'desired':{'a':1}}",
        "{'desired':{'a':1}} | {'desired':{}} | {'desired':{'a':1}}",
        // Types change places.
        "{'desired':{'a':{'b':1}}} | {'desired':{'a':2}} | {'desired':{'a':2}}",
        "{'desired':{'a':2}} | {'desired':{'a':{'b':1}}} | {'desired':{'a':{'b':1}}}",
        "{'desired':{'a':[1]}} | {'desired':{'a':{'b':1}}} | {'desired':{'a':{'b':1}}}",
        "{'desired':{'a':{'b':1}}} | {'desired':{'a':[1]}} | {'desired':{'a':[1]}}",
        "{'desired':{'a':2,'b':1}} | {'desired':{'a':{'c':null}}} | {'desired':{'b':1}}",
        // A member of that name is a member like others.
        "{'desired':{'timestamp':1}} | {'desired':{'a':{'timestamp':2}}}"
            + " | {'desired':{'timestamp':1,'a':{'timestamp':2}}}",
        "{'desired':{'a':[]}} | {'desired':{'b':''}} | {'desired':{'a':[],'b':''}}"
      })
  void anUpdateLeads(String before, String update, String after) {
    update(before, 10);
    update(update, 20);
    assertState(after);
    assertEquals(
        shape(document.state()), shape(document.metadata()), "the metadata has another shape");
    assertEquals(2, document.version());
  }

  /** Values out, so that state and metadata can be compared. */
  private static String shape(ObjectNode node) {
    return ShadowJson.text(node)
        .replaceAll("\\{\"timestamp\":(10|20)}", "1")
        .replaceAll("(?<=[:\\[,])(true|false|-?[0-9.]+|\"[^\"]*\"(?!:))", "1");
  }

  @Test
  void aStateThatIsNullClearsBothSections() {
    update("{'desired':{'a':1},'reported':{'a':1}}", 10);
    document = document.updated(new ShadowUpdate(null, null), 20, RULES);
    assertState("{}");
    assertEquals(2, document.version());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      value = {
        "{'color':'RED','state':'STOP'} | {'color':'GREEN','engine':'ON'}"
            + " | {'color':'RED','state':'STOP'}",
        "{'l':{'c':{'r':255,'g':255}}} | {'l':{'c':{'r':255,'g':0}}} | {'l':{'c':{'g':255}}}",
        "{'a':[1,2]} | {'a':[1,3]} | {'a':[1,2]}",
        "{'a':[1,2]} | {'a':[2,1]} | {'a':[1,2]}",
        "{'a':1} | {'a':1.0} | ",
        "{'a':[1,{'b':2}]} | {'a':[1.0,{'b':2.0}]} | ",
        "{'a':'1'} | {'a':1} | {'a':'1'}",
        "{'a':true} | {'a':'true'} | {'a':true}",
        "{'a':{'b':1}} | {'a':1} | {'a':{'b':1}}",
        "{'a':1} | {'a':{'b':1}} | {'a':1}",
        "{'a':1} | {'a':1,'b':2} | ",
        "{'a':9007199254740993} | {'a':9007199254740992} | {'a':9007199254740993}",
        "{'a':0.1} | {'a':0.10000000000000000001} | {'a':0.1}",
        "{'a':{'b':1,'c':{'d':2}}} | {'a':{'b':1}} | {'a':{'c':{'d':2}}}",
      })
  void theDeltaIsWhatIsDesiredAndNotReported(String desired, String reported, String delta) {
    update("{'desired':" + desired + ",'reported':" + reported + "}", 10);
    if (delta == null) {
      assertNull(document.delta());
    } else {
      assertJson(json(delta), document.delta());
    }
  }

  @Test
  void withoutASectionTheDeltaIsAllOrNothing() {
    assertNull(document.delta());
    update("{'reported':{'a':1}}", 10);
    assertNull(document.delta());
    update("{'desired':{'b':{'c':2}}}", 10);
    assertJson(json("{'b':{'c':2}}"), document.delta());
    update("{'reported':null}", 10);
    assertJson(json("{'b':{'c':2}}"), document.delta());
    update("{'desired':null}", 10);
    assertNull(document.delta());
  }

  @Test
  void aDocumentIsNotChangedByWhatComesAfterIt() {
    update("{'desired':{'a':{'b':1}}}", 10);
    var before = document;
    update("{'desired':{'a':{'b':2,'c':3}}}", 20);
    assertJson(json("{'desired':{'a':{'b':1}}}"), before.state());
    assertJson(json("{'desired':{'a':{'b':{'timestamp':10}}}}"), before.metadata());
  }

  @Test
  void numbersKeepTheirDigits() {
    var text = "{\"desired\":{\"a\":1.10,\"b\":12345678901234567890123,\"c\":1E+3}}";
    update(text, 10);
    assertEquals(text, ShadowJson.text(document.state()));
    assertEquals(text, ShadowJson.text(ShadowJson.stored(text)));
  }

  @Test
  void theExpectedVersionMustBeThePresentOne() {
    update("{'desired':{'a':1}}", 10);
    var onAnother = new ShadowUpdate(json("{'desired':{'a':2}}"), 0L);
    var refused =
        assertThrows(ShadowRefusedException.class, () -> document.updated(onAnother, 20, RULES));
    assertEquals(409, refused.refusal().code());
    assertEquals("Version conflict", refused.refusal().message());
    document = document.updated(new ShadowUpdate(onAnother.state(), 1L), 20, RULES);
    assertEquals(2, document.version());
    assertEquals(
        1,
        ShadowDocument.NONE.updated(new ShadowUpdate(onAnother.state(), 0L), 20, RULES).version());
  }

  @Test
  void theStateMayBeAsLargeAsTheLimitAndNoLarger() {
    // {"desired":{"a":"…"}} is 20 characters beside the text.
    var fits = "é".repeat(4_086);
    update("{'desired':{'a':'" + fits + "'}}", 10);
    var before = document;
    var refused =
        assertThrows(
            ShadowRefusedException.class, () -> update("{'desired':{'a':'" + fits + "x'}}", 20));
    assertEquals(413, refused.refusal().code());
    assertThrows(ShadowRefusedException.class, () -> update("{'reported':{'b':1}}", 20));
    assertEquals(before, document);
    update("{'desired':null,'reported':{'b':1}}", 30);
    assertState("{'reported':{'b':1}}");
  }

  private void update(String state, long seconds) {
    document = document.updated(new ShadowUpdate(json(state), null), seconds, RULES);
  }

  private void assertState(String expected) {
    assertJson(json(expected), document.state());
  }
}
