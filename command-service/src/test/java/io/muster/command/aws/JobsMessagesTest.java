package io.muster.command.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.command.aws.PendingJobs.Item;
import io.muster.contract.id.DeviceAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The forms of AWS' developer guide. */
class JobsMessagesTest {
  private static final Instant QUEUED_AT = Instant.ofEpochSecond(1_517_016_947, 999_000_000);
  private static final Instant STARTED_AT = Instant.ofEpochSecond(1_517_017_472);
  private static final Instant NOW = Instant.ofEpochSecond(1_517_017_906);
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "d1");
  private static final UUID JOB = UUID.fromString("0198c1f2-0000-7000-8000-000000000001");

  private final Execution queued = Execution.queued(1, UUID.randomUUID(), JOB, 1, QUEUED_AT);
  private final Execution begun = queued.reported(Map.of("progress", "50%"), null, STARTED_AT);

  @Test
  void anAnswerHasTheTokenThatItsRequestHad() {
    assertJson("{'clientToken':'t','timestamp':1517017906}", JobsMessages.answer("t", NOW));
    assertJson("{'timestamp':1517017906}", JobsMessages.answer(null, NOW));
  }

  @Test
  void whatIsPendingIsSummedUp() {
    assertJson(
        "{'timestamp':1517017906,'inProgressJobs':[],'queuedJobs':[]}",
        JobsMessages.pending(List.of(), null, NOW));
    assertJson(
        "{'clientToken':'t','timestamp':1517017906,"
            + "'inProgressJobs':[{'jobId':'"
            + JOB
            + "','queuedAt':1517016947,'startedAt':1517017472,'lastUpdatedAt':1517017472,"
            + "'executionNumber':1,'versionNumber':2}],"
            + "'queuedJobs':[{'jobId':'"
            + JOB
            + "','queuedAt':1517016947,'lastUpdatedAt':1517016947,"
            + "'executionNumber':1,'versionNumber':1}]}",
        JobsMessages.pending(List.of(inProgress(), waiting()), "t", NOW));
  }

  @Test
  void aListHasTheStatusesThatThereAre() {
    assertJson("{'timestamp':1517017906,'jobs':{}}", JobsMessages.list(List.of(), NOW));
    var waits = JobsMessages.list(List.of(waiting()), NOW);
    assertEquals(List.of("QUEUED"), names(waits.get("jobs")));
    var both = JobsMessages.list(List.of(inProgress(), waiting()), NOW);
    assertEquals(List.of("IN_PROGRESS", "QUEUED"), names(both.get("jobs")));
    assertEquals(2, both.at("/jobs/IN_PROGRESS/0/versionNumber").intValue());
  }

  @Test
  void anExecutionIsWhole() {
    assertJson(
        "{'jobId':'"
            + JOB
            + "','thingName':'acme:d1','status':'IN_PROGRESS','statusDetails':{'progress':'50%'},"
            + "'queuedAt':1517016947,'startedAt':1517017472,'lastUpdatedAt':1517017472,"
            + "'versionNumber':2,'executionNumber':1,'approximateSecondsBeforeTimedOut':94}",
        JobsMessages.execution(
            DEVICE, begun, ExecutionStatus.IN_PROGRESS, Instant.ofEpochSecond(1_517_018_000), NOW));
    assertJson(
        "{'jobId':'"
            + JOB
            + "','thingName':'acme:d1','status':'QUEUED','queuedAt':1517016947,"
            + "'lastUpdatedAt':1517016947,'versionNumber':1,'executionNumber':1}",
        JobsMessages.execution(DEVICE, queued, ExecutionStatus.QUEUED, null, NOW));
  }

  @Test
  void aRefusalSaysWhatIsInTheWay() {
    var state = JobsMessages.state(begun, ExecutionStatus.IN_PROGRESS);
    assertJson(
        "{'clientToken':'t','timestamp':1517017906,'code':'VersionMismatch',"
            + "'message':'The version is 2, not 1','executionState':"
            + "{'status':'IN_PROGRESS','statusDetails':{'progress':'50%'},'versionNumber':2}}",
        JobsMessages.rejected(JobsRefusal.versionMismatch(1, 2, state), "t", NOW));
    assertJson(
        "{'timestamp':1517017906,'code':'InvalidJson',"
            + "'message':'The request is no JSON in UTF-8'}",
        JobsMessages.rejected(JobsRefusal.invalidJson(), null, NOW));
  }

  @Test
  void theCodesAreThoseOfAws() {
    assertEquals(
        List.of(
            "InvalidTopic",
            "InvalidJson",
            "InvalidRequest",
            "InvalidStateTransition",
            "ResourceNotFound",
            "VersionMismatch",
            "RequestThrottled",
            "TerminalStateReached"),
        List.of(JobsRefusal.Code.values()).stream().map(JobsRefusal.Code::text).toList());
  }

  @Test
  void detailsAreAnAnswersPayload() {
    assertEquals("{\"progress\":\"50%\"}", new String(JobsMessages.detailsOnly(begun)));
  }

  private Item waiting() {
    return new Item(queued, ExecutionStatus.QUEUED, false);
  }

  private Item inProgress() {
    return new Item(begun, ExecutionStatus.IN_PROGRESS, true);
  }

  private static List<String> names(JsonNode node) {
    return node.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static void assertJson(String expected, JsonNode actual) {
    assertEquals(expected.replace('\'', '"'), JobsJson.text(actual));
  }
}
