package io.muster.registry.shadow;

import static io.muster.registry.shadow.Json.assertJson;
import static io.muster.registry.shadow.Json.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

/** Member for member what AWS IoT's developer guide shows. */
class ShadowMessagesTest {
  private static final ShadowRules RULES = new ShadowRules(8192, 8);

  private final ShadowUpdate report =
      new ShadowUpdate(json("{'reported':{'ID':'Lamp','RGB':[128,128]}}"), null);
  private final ShadowDocument first = ShadowDocument.NONE.updated(report, 10, RULES);
  private final ShadowUpdate desire =
      new ShadowUpdate(json("{'desired':{'RGB':[255,0],'old':null}}"), null);
  private final ShadowDocument second = first.updated(desire, 20, RULES);

  @Test
  void anAcceptedUpdateIsToldAsItWasAskedFor() {
    assertJson(
        json(
            "{'state':{'desired':{'RGB':[255,0],'old':null}},'metadata':{'desired':{'RGB':"
                + "[{'timestamp':20},{'timestamp':20}],'old':{'timestamp':20}}},'version':2,"
                + "'timestamp':20,'clientToken':'t'}"),
        ShadowMessages.accepted(desire, second, 20, "t"));
  }

  @Test
  void anAcceptedClearingHasAnEmptyState() {
    var clear = new ShadowUpdate(null, null);
    assertJson(
        json("{'state':{},'metadata':{},'version':3,'timestamp':30}"),
        ShadowMessages.accepted(clear, second.updated(clear, 30, RULES), 30, null));
  }

  @Test
  void aGetHasTheWholeStateAndItsDelta() {
    assertJson(
        json(
            "{'state':{'desired':{'RGB':[255,0]},'reported':{'ID':'Lamp','RGB':[128,128]},"
                + "'delta':{'RGB':[255,0]}},'metadata':{'desired':{'RGB':[{'timestamp':20},"
                + "{'timestamp':20}]},'reported':{'ID':{'timestamp':10},'RGB':[{'timestamp':10},"
                + "{'timestamp':10}]}},'version':2,'timestamp':99}"),
        ShadowMessages.whole(second, 99, null));
    assertFalse(ShadowMessages.whole(first, 99, null).path("state").has("delta"));
  }

  @Test
  void aDeltaHasTheTimesOfTheDesiredValues() {
    assertJson(
        json(
            "{'version':2,'timestamp':99,'state':{'RGB':[255,0]},'metadata':{'RGB':"
                + "[{'timestamp':20},{'timestamp':20}]},'clientToken':'t'}"),
        ShadowMessages.delta(second, second.delta(), 99, "t"));
  }

  @Test
  void theTimesOfADeltaWithinObjectsAreFound() {
    var document =
        ShadowDocument.NONE
            .updated(
                new ShadowUpdate(json("{'desired':{'a':{'b':1,'c':{'d':2}}}}"), null), 5, RULES)
            .updated(new ShadowUpdate(json("{'reported':{'a':{'b':1}}}"), null), 6, RULES);
    assertJson(
        json("{'a':{'c':{'d':{'timestamp':5}}}}"),
        ShadowMessages.delta(document, document.delta(), 99, null).get("metadata"));
  }

  @Test
  void documentsShowBothVersions() {
    var documents = ShadowMessages.documents(first, second, 20, "t");
    assertEquals(1, documents.at("/previous/version").longValue());
    assertEquals(2, documents.at("/current/version").longValue());
    assertEquals(first.state(), documents.at("/previous/state"));
    assertEquals(second.metadata(), documents.at("/current/metadata"));
    assertEquals(20, documents.get("timestamp").longValue());
    assertEquals("t", documents.get("clientToken").textValue());
    assertFalse(ShadowMessages.documents(ShadowDocument.NONE, first, 1, null).has("previous"));
  }

  @Test
  void aDeletionTellsTheVersionThatWent() {
    assertJson(
        json("{'version':2,'timestamp':30,'clientToken':'t'}"), ShadowMessages.deleted(2, 30, "t"));
  }

  @Test
  void aRefusalHasCodeAndMessage() {
    assertJson(
        json(
            "{'code':404,'message':'No shadow exists with name: \\u0027lamp\\u0027',"
                + "'timestamp':30,'clientToken':'t'}"),
        ShadowMessages.rejected(ShadowRefusal.absent("lamp"), 30, "t"));
  }
}
