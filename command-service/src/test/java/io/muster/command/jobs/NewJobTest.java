package io.muster.command.jobs;

import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.command.commands.CommandLimits;
import io.muster.contract.event.ContractJson;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.muster.windows.Rate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewJobTest {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  private static final JobsConfig CONFIG =
      config(JobsConfig.class, Map.of("muster.command.jobs.listed-devices", "3"));
  private static final CommandLimits LIMITS = config(CommandLimits.class, Map.of());

  @Test
  void whatIsAbsentHasADefault() {
    var job = read("{'command':{'name':'reboot'},'targets':{'filter':'tag==lab'}}");
    var plan = Plan.of(job.plan());
    assertEquals("reboot", job.command().name());
    assertEquals(Duration.ofDays(1), job.timeToLive());
    assertEquals(new Targets.Fitting("tag==lab"), plan.targets());
    assertFalse(plan.continuous());
    assertFalse(plan.rate().isPresent());
    assertFalse(plan.abort().isPresent());
    assertFalse(plan.window().isPresent());
    assertFalse(plan.startAt().isPresent());
  }

  @Test
  void aRampGrowsAfterTenTimesItsFirstRate() {
    var plan =
        Plan.of(read(lab("'rate':{'perMinute':100,'ramp':{'perMinute':5,'factor':2}}")).plan());
    assertEquals(
        new Rate.Ramp(5, 2, 50, Rate.Counted.RELEASED), plan.rate().orElseThrow().ramp().get());
  }

  @Test
  void whatIsStoredIsWhatWasAskedFor() throws JsonProcessingException {
    var plan =
        read("{'command':{'name':'x'},'targets':{'devices':['b','a']},"
                + "'rate':{'perMinute':100,'ramp':{'perMinute':5,'factor':1.5,'counted':'done'}},"
                + "'abort':{'failureShare':0.25,'minimum':3},"
                + "'maintenance':{'cron':'0 2 * * *','duration':'PT2H','zone':'Europe/Berlin'},"
                + "'startAt':'2026-02-01T00:00:00Z'}")
            .plan();
    var stored = JobTable.plan(plan).encode();
    assertEquals(plan, ContractJson.mapper().readValue(stored, PlanBody.class));
  }

  @Test
  void theSameRequestIsKnownAgainAndAnotherOneIsNot() {
    assertArrayEquals(
        read(lab("'continuous':true")).requestSha256(),
        read(lab("'continuous':true")).requestSha256());
    assertFalse(
        Arrays.equals(
            read(lab("'continuous':true")).requestSha256(),
            read(lab("'continuous':false")).requestSha256()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|/targets",
        "{'devices':['a'],'filter':'id==a'}|/targets",
        "{'devices':[]}|/targets/devices",
        "{'devices':['a','b','c','d']}|/targets/devices",
        "{'devices':['a','a']}|/targets/devices",
        "{'devices':['a',null]}|/targets/devices",
        "{'filter':' '}|/targets/filter"
      })
  void whomItIsForMustMakeSense(String targets, String pointer) {
    assertWrong(pointer, "{'command':{'name':'x'},'targets':" + targets + "}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'rate':{'perMinute':0}|/rate/perMinute",
        "'rate':{'perMinute':-1}|/rate/perMinute",
        "'rate':{'perMinute':10,'ramp':{'perMinute':11,'factor':2}}|/rate/ramp/perMinute",
        "'rate':{'perMinute':10,'ramp':{'perMinute':1,'factor':1}}|/rate/ramp/factor",
        "'rate':{'perMinute':10,'ramp':{'perMinute':1,'factor':1e9}}|/rate/ramp/factor",
        "'rate':{'perMinute':10,'ramp':{'perMinute':1,'factor':2,'every':0}}|/rate/ramp/every",
        "'rate':{'perMinute':10,'ramp':{'perMinute':1,'factor':2,'counted':'x'}}|/rate/ramp/counted",
        "'abort':{'failureShare':0,'minimum':1}|/abort/failureShare",
        "'abort':{'failureShare':1.1,'minimum':1}|/abort/failureShare",
        "'abort':{'failureShare':0.5,'minimum':0}|/abort/minimum",
        "'maintenance':{'cron':'0 2 * *','duration':'PT2H','zone':'UTC'}|/maintenance/cron",
        "'maintenance':{'cron':'0 0 30 2 *','duration':'PT2H','zone':'UTC'}|/maintenance/cron",
        "'maintenance':{'cron':'0 2 * * *','duration':'PT2H','zone':'Berlin'}|/maintenance/zone",
        "'maintenance':{'cron':'0 2 * * *','duration':'PT0S','zone':'UTC'}|/maintenance/duration",
        "'maintenance':{'cron':'0 2 * * *','duration':'P8D','zone':'UTC'}|/maintenance/duration",
        "'startAt':'2028-01-01T00:00:00Z'|/startAt"
      })
  void whenItSendsMustMakeSense(String member, String pointer) {
    assertWrong(pointer, lab(member));
  }

  @Test
  void aListHasNobodyWhoComesLater() {
    assertWrong(
        "/continuous", "{'command':{'name':'x'},'targets':{'devices':['a']},'continuous':true}");
  }

  @Test
  void whatIsWrongWithTheCommandIsToldWhereItIs() {
    assertWrong(
        "/command/timeToLive",
        "{'command':{'name':'x','timeToLive':'PT0S'},'targets':{'filter':'id==a'}}");
  }

  private static void assertWrong(String pointer, String json) {
    var refused = assertThrows(RefusedException.class, () -> read(json)).refusal();
    var errors = assertInstanceOf(Refusal.Meaningless.class, refused).errors();
    assertEquals(List.of(pointer), errors.stream().map(FieldError::pointer).toList());
  }

  private static String lab(String member) {
    return "{'command':{'name':'x'},'targets':{'filter':'tag==lab'}," + member + "}";
  }

  private static NewJob read(String json) {
    try {
      var body = ContractJson.mapper().readValue(json.replace('\'', '"'), JobBody.class);
      return NewJob.read(body, CONFIG, LIMITS, T0);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError(notJson);
    }
  }
}
