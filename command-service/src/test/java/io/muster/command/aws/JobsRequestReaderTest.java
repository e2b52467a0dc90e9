package io.muster.command.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.muster.command.aws.JobsRefusal.Code;
import io.muster.command.aws.JobsRequest.Ask;
import io.muster.command.aws.JobsRequest.StepTimeout;
import io.muster.contract.message.UserProperties;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobsRequestReaderTest {
  private static final StepTimeout UNCHANGED = StepTimeout.Unchanged.UNCHANGED;

  @Test
  void whoAsksForNothingInParticularNeedSayNothing() {
    assertEquals(new Ask.GetPending(), ask("get", ""));
    assertEquals(new Ask.GetPending(), ask("get", " \n"));
    assertEquals(new Ask.GetPending(), ask("get", "{}"));
    assertEquals(new Ask.StartNext(null, UNCHANGED), ask("start-next", ""));
    assertEquals(new Ask.Describe("$next", null, true), ask("$next/get", ""));
  }

  @Test
  void aClientTokenIsKept() {
    assertEquals("t-1", read("get", "{'clientToken':'t-1'}").clientToken());
    assertEquals(null, read("get", "{'clientToken':null}").clientToken());
    // Also for what is refused.
    var refused = read("j/update", "{'clientToken':'t-1'}");
    assertEquals("t-1", refused.clientToken());
    assertInstanceOf(Ask.Refused.class, refused.ask());
  }

  @Test
  void allMembersAreRead() {
    assertEquals(
        new Ask.StartNext(Map.of("a", "1"), new StepTimeout.Of(Duration.ofMinutes(10_080))),
        ask("start-next", "{'statusDetails':{'a':'1'},'stepTimeoutInMinutes':10080}"));
    assertEquals(
        new Ask.Describe("j", 7L, false),
        ask("j/get", "{'executionNumber':7,'includeJobDocument':false}"));
    assertEquals(
        new Ask.Update(
            "j",
            ExecutionStatus.FAILED,
            Map.of("why", "it is stuck", "a:b_c-D9", "é"),
            2L,
            1L,
            true,
            true,
            new StepTimeout.Of(Duration.ofMinutes(1))),
        ask(
            "j/update",
            "{'status':'FAILED','statusDetails':{'why':'it is stuck','a:b_c-D9':'é'},"
                + "'expectedVersion':2,'executionNumber':1,'includeJobExecutionState':true,"
                + "'includeJobDocument':true,'stepTimeoutInMinutes':1}"));
  }

  @Test
  void whatIsAbsentOrNullHasItsDefault() {
    var absent =
        new Ask.Update("j", ExecutionStatus.IN_PROGRESS, null, null, null, false, false, UNCHANGED);
    assertEquals(absent, ask("j/update", "{'status':'IN_PROGRESS'}"));
    assertEquals(
        absent,
        ask(
            "j/update",
            "{'status':'IN_PROGRESS','statusDetails':null,'expectedVersion':null,"
                + "'executionNumber':null,'includeJobExecutionState':null,"
                + "'includeJobDocument':null,'stepTimeoutInMinutes':null,'clientToken':null}"));
  }

  @Test
  void membersThatAwsDoesNotNameAreIgnored() {
    assertEquals(new Ask.GetPending(), ask("get", "{'thingName':'x','maxResults':[]}"));
  }

  @Test
  void aVersionMayBeWrittenInDigits() {
    var update = (Ask.Update) ask("j/update", "{'status':'SUCCEEDED','expectedVersion':'12'}");
    assertEquals(12L, update.expectedVersion());
  }

  @Test
  void aStepsTimeMayBeGivenUpByAnUpdate() {
    var update = (Ask.Update) ask("j/update", "{'status':'IN_PROGRESS','stepTimeoutInMinutes':-1}");
    assertEquals(StepTimeout.None.NONE, update.step());
    assertRefused(Code.INVALID_REQUEST, "start-next", "{'stepTimeoutInMinutes':-1}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[1",
        "{'a':1}x",
        "{'clientToken':'a','clientToken':'b'}",
        "nothing",
        "{'a':}"
      })
  void whatIsNoJsonIsToldSo(String payload) {
    assertRefused(Code.INVALID_JSON, "get", payload);
    assertRefused(Code.INVALID_JSON, "j/update", payload);
  }

  @Test
  void whatIsNotUtf8IsNoJson() {
    var request = read("get", new byte[] {'{', (byte) 0xff, '}'});
    assertEquals(Code.INVALID_JSON, ((Ask.Refused) request.ask()).refusal().code());
  }

  @Test
  void aDeeplyNestedRequestIsNoJson() {
    assertRefused(Code.INVALID_JSON, "get", "[".repeat(500) + "]".repeat(500));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "1",
        "'x'",
        "null",
        "{'clientToken':1}",
        "{}",
        "{'status':1}",
        "{'status':'QUEUED'}",
        "{'status':'CANCELED'}",
        "{'status':'TIMED_OUT'}",
        "{'status':'REMOVED'}",
        "{'status':'SUCCESS'}",
        "{'status':'in_progress'}",
        "{'status':'FAILED','statusDetails':[]}",
        "{'status':'FAILED','statusDetails':{'a':1}}",
        "{'status':'FAILED','statusDetails':{'a':''}}",
        "{'status':'FAILED','statusDetails':{'a':null}}",
        "{'status':'FAILED','statusDetails':{'':'a'}}",
        "{'status':'FAILED','statusDetails':{'a b':'c'}}",
        "{'status':'FAILED','statusDetails':{'a':'\\u0000'}}",
        "{'status':'FAILED','statusDetails':{'a':'\\ud800'}}",
        "{'status':'FAILED','statusDetails':{'a':'line\\nline'}}",
        "{'status':'FAILED','expectedVersion':1.5}",
        "{'status':'FAILED','expectedVersion':'one'}",
        "{'status':'FAILED','expectedVersion':99999999999999999999}",
        "{'status':'FAILED','executionNumber':true}",
        "{'status':'FAILED','includeJobDocument':'true'}",
        "{'status':'FAILED','includeJobExecutionState':1}",
        "{'status':'FAILED','stepTimeoutInMinutes':0}",
        "{'status':'FAILED','stepTimeoutInMinutes':10081}",
        "{'status':'FAILED','stepTimeoutInMinutes':-2}"
      })
  void whatMakesNoSenseIsInvalid(String payload) {
    assertRefused(Code.INVALID_REQUEST, "j/update", payload);
  }

  @Test
  void longNamesValuesTokensAndRequestsAreInvalid() {
    var name = "n".repeat(129);
    assertRefused(Code.INVALID_REQUEST, "start-next", "{'statusDetails':{'" + name + "':'a'}}");
    var value = "v".repeat(1_025);
    assertRefused(Code.INVALID_REQUEST, "start-next", "{'statusDetails':{'a':'" + value + "'}}");
    assertRefused(Code.INVALID_REQUEST, "get", "{'clientToken':'" + "é".repeat(129) + "'}");
    assertRefused(Code.INVALID_REQUEST, "get", " ".repeat(4_097));
    assertEquals(
        Map.of("n".repeat(128), "v".repeat(1_024)),
        ((Ask.StartNext)
                ask(
                    "start-next",
                    "{'statusDetails':{'" + "n".repeat(128) + "':'" + "v".repeat(1_024) + "'}}"))
            .details());
  }

  @Test
  void anUpdateNamesItsJob() {
    assertRefused(Code.INVALID_TOPIC, "$next/update", "{'status':'SUCCEEDED'}");
  }

  private static void assertRefused(Code code, String topic, String payload) {
    var ask = assertInstanceOf(Ask.Refused.class, ask(topic, payload), payload);
    assertEquals(code, ask.refusal().code(), payload);
  }

  private static Ask ask(String topic, String payload) {
    return read(topic, payload).ask();
  }

  private static JobsRequest read(String topic, String payload) {
    return read(topic, payload.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  private static JobsRequest read(String topic, byte[] payload) {
    return JobsRequestReader.read(
        JobsTopic.parse("aws/acme/d1/jobs/" + topic).orElseThrow(),
        payload,
        UserProperties.NONE,
        4_096);
  }
}
