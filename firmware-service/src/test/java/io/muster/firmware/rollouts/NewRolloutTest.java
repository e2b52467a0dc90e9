package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.DeviceId;
import io.muster.firmware.HandWired;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.muster.windows.Rate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewRolloutTest {
  private static final Instant NOW = Instant.parse("2026-01-05T10:00:00Z");
  private static final RolloutsConfig CONFIG = HandWired.config(RolloutsConfig.class, Map.of());
  private static final String MINIMAL =
      "'name':'spring','distribution':'00000000-0000-0000-0000-000000000001',"
          + "'targets':{'filter':'tag==lab'}";

  @Test
  void whatIsAbsentHasADefault() {
    var plan = Plan.of(read("").body().plan());
    assertEquals(1, plan.groups().size());
    assertEquals(new GroupPlan.Size.Rest(), plan.groups().getFirst().size());
    assertEquals(0.9, plan.groups().getFirst().successShare());
    assertEquals(0.1, plan.groups().getFirst().errorShare());
    assertEquals(RetryRule.NONE, plan.retry());
    assertTrue(plan.rate().isEmpty());
    assertTrue(plan.atOnce().isEmpty());
    assertTrue(plan.window().isEmpty());
    assertTrue(plan.updateWithin().isEmpty());
    assertTrue(plan.isForced());
    assertFalse(plan.isManual());
    assertFalse(plan.continuous());
  }

  @Test
  void allOfItIsRead() {
    var plan =
        Plan.of(
            read("""
            'continuous':true,'atOnce':7,'forced':false,
            'groups':[{'name':'canary','count':3},{'share':0.25,'successShare':1},
                      {'errorShare':0.5}],
            'rate':{'perMinute':100,'ramp':{'perMinute':5,'factor':2,'counted':'finished'}},
            'retry':{'attempts':4,'minBackoff':'PT2M','maxBackoff':'PT1H'},
            'maintenance':{'cron':'0 2 * * *','duration':'PT2H','zone':'Europe/Berlin'},
            'updateWithin':'P2D'\
            """)
                .body()
                .plan());
    assertEquals(
        List.of("canary", "group-2", "group-3"),
        plan.groups().stream().map(GroupPlan::name).toList());
    assertEquals(new GroupPlan.Size.Count(3), plan.groups().get(0).size());
    assertEquals(new GroupPlan.Size.Share(0.25), plan.groups().get(1).size());
    assertEquals(1, plan.groups().get(1).successShare());
    assertEquals(0.5, plan.groups().get(2).errorShare());
    assertEquals(new Rate.Ramp(5, 2, 50, Rate.Counted.DONE), plan.rate().get().ramp().get());
    assertEquals(new RetryRule(4, Duration.ofMinutes(2), Duration.ofHours(1)), plan.retry());
    assertEquals(7, plan.atOnce().getAsInt());
    assertFalse(plan.isForced());
    assertTrue(plan.window().isPresent());
    assertEquals(Duration.ofDays(2), plan.updateWithin().get());
  }

  @Test
  void itIsTheSameAfterItWasStored() throws JsonProcessingException {
    var body =
        read("'atOnce':7,'updateWithin':'PT36H','retry':{'attempts':2,'minBackoff':'PT90S'},'forced':false,"
                + "'groups':[{'share':0.1},{}],'startAt':'2026-02-01T00:00:00Z'")
            .body()
            .plan();
    var stored = RolloutTable.text(body);
    assertFalse(stored.contains("null"), stored);
    assertEquals(body, ContractJson.mapper().readValue(stored, PlanBody.class));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/groups | 'groups':[]",
        "/groups/0 | 'groups':[{'count':1}]",
        "/groups/0 | 'groups':[{'share':0.5}]",
        "/groups/0 | 'groups':[{},{}]",
        "/groups/0 | 'groups':[{'share':0.5,'count':1},{}]",
        "/groups/0/share | 'groups':[{'share':0},{}]",
        "/groups/0/share | 'groups':[{'share':1.01},{}]",
        "/groups/0/share | 'groups':[{'share':-1},{}]",
        "/groups/0/count | 'groups':[{'count':0},{}]",
        "/groups/0/count | 'groups':[{'count':-2147483648},{}]",
        "/groups/0/successShare | 'groups':[{'successShare':1.1}]",
        "/groups/0/errorShare | 'groups':[{'errorShare':0}]",
        "/groups/0/errorShare | 'groups':[{'errorShare':1e300}]",
        "/rate/perMinute | 'rate':{'perMinute':0}",
        "/rate/ramp/perMinute | 'rate':{'perMinute':10,'ramp':{'perMinute':11,'factor':2}}",
        "/rate/ramp/factor | 'rate':{'perMinute':10,'ramp':{'perMinute':1,'factor':1}}",
        "/rate/ramp/every | 'rate':{'perMinute':10,'ramp':{'perMinute':1,'factor':2,'every':0}}",
        "/rate/ramp/counted |"
            + " 'rate':{'perMinute':9,'ramp':{'perMinute':1,'factor':2,'counted':'x'}}",
        "/atOnce | 'atOnce':0",
        "/retry/attempts | 'retry':{'attempts':0}",
        "/retry/attempts | 'retry':{'attempts':11}",
        "/retry/minBackoff | 'retry':{'attempts':2,'minBackoff':'PT0.5S'}",
        "/retry/minBackoff | 'retry':{'attempts':2,'minBackoff':'-PT1M'}",
        "/retry/maxBackoff | 'retry':{'attempts':2,'maxBackoff':'P8D'}",
        "/retry/maxBackoff | 'retry':{'attempts':2,'minBackoff':'PT2M','maxBackoff':'PT1M'}",
        "/updateWithin | 'updateWithin':'PT0.9S'",
        "/updateWithin | 'updateWithin':'-PT1H'",
        "/updateWithin | 'updateWithin':'P367D'",
        "/maintenance/cron | 'maintenance':{'cron':'x','duration':'PT1H','zone':'UTC'}",
        "/maintenance/zone | 'maintenance':{'cron':'0 2 * * *','duration':'PT1H','zone':'Mars'}",
        "/maintenance/duration | 'maintenance':{'cron':'0 2 * * *','duration':'PT1S','zone':'UTC'}",
        "/maintenance/duration | 'maintenance':{'cron':'0 2 * * *','duration':'P8D','zone':'UTC'}",
        "/startAt | 'startAt':'2028-01-05T10:00:00Z'",
        "/startAt | 'startAt':'2026-01-06T10:00:00Z','manualStart':true",
      })
  void whatMayNotBeIsRefusedWithItsPlace(String pointer, String member) {
    assertEquals(List.of(pointer), wrong("{" + MINIMAL + "," + member + "}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/targets | {}",
        "/targets | {'filter':'a==b','group':'g'}",
        "/targets/filter | {'filter':' '}",
        "/targets/devices | {'devices':[]}",
        "/targets/devices | {'devices':['a','a']}",
        "/targets/devices | {'devices':[null]}",
      })
  void targetsAreOneOfThree(String pointer, String targets) {
    assertEquals(List.of(pointer), wrong(withTargets(targets)));
  }

  @Test
  void listedDevicesDoNotBecomeMore() {
    assertEquals(
        List.of("/continuous"),
        wrong(withTargets("{'devices':['a']}").replaceFirst("\\{", "{'continuous':true,")));
  }

  @Test
  void limitsAreThoseOfTheSettings() {
    var few =
        HandWired.config(
            RolloutsConfig.class,
            Map.of(
                "muster.firmware.rollouts.groups", "1",
                "muster.firmware.rollouts.listed-devices", "1"));
    var body =
        RolloutInstance.body(
            withTargets("{'devices':['a','b']}")
                .replaceFirst("\\{", "{'groups':[{'count':1},{}],"));
    var refused = assertThrows(RefusedException.class, () -> NewRollout.read(body, few, NOW));
    var errors = assertInstanceOf(Refusal.Meaningless.class, refused.refusal()).errors();
    assertEquals(
        List.of("/targets/devices", "/groups"), errors.stream().map(it -> it.pointer()).toList());
  }

  @Test
  void namesHaveNoControlCharactersAndTextsNoNul() {
    for (var name : List.of("a\nb", "a\0b", "  ", "a\u007fb")) {
      assertEquals(List.of("/name"), wrong(with(name, null)));
    }
    assertEquals(List.of("/description"), wrong(with("spring", "a\0b")));
  }

  @Test
  void anotherRequestHasAnotherDigest() {
    var one = read("'atOnce':3").requestSha256();
    assertArrayEquals(one, read("'atOnce':3").requestSha256());
    assertFalse(Arrays.equals(one, read("'atOnce':4").requestSha256()));
  }

  @Test
  void placesAreDrawnWithoutAPatternAndStay() {
    var rollout = new UUID(1, 2);
    var places =
        IntStream.range(0, 10_000).mapToLong(i -> Membership.draw(rollout, "d" + i)).toArray();
    assertEquals(10_000, Arrays.stream(places).distinct().count());
    assertTrue(Arrays.stream(places).allMatch(it -> it >= 0 && it < 1L << 62));
    var low = Arrays.stream(places).filter(it -> it < 1L << 61).count();
    assertTrue(low > 4_800 && low < 5_200, "half of them in half of the room, and not " + low);
    assertEquals(places[7], Membership.draw(rollout, "d7"));
    assertFalse(places[7] == Membership.draw(new UUID(1, 3), "d7"));
  }

  private static RolloutBody with(String name, String description) {
    return new RolloutBody(
        name,
        description,
        new UUID(0, 1),
        new TargetsBody(List.of(new DeviceId("a")), null, null),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private static String withTargets(String targets) {
    return "{'name':'spring','distribution':'00000000-0000-0000-0000-000000000001','targets':"
        + targets
        + "}";
  }

  private static NewRollout read(String more) {
    var json = "{" + MINIMAL + (more.isEmpty() ? "" : "," + more) + "}";
    return NewRollout.read(RolloutInstance.body(json), CONFIG, NOW);
  }

  private static List<String> wrong(String json) {
    return wrong(RolloutInstance.body(json));
  }

  private static List<String> wrong(RolloutBody body) {
    var refused = assertThrows(RefusedException.class, () -> NewRollout.read(body, CONFIG, NOW));
    return assertInstanceOf(Refusal.Meaningless.class, refused.refusal()).errors().stream()
        .map(it -> it.pointer())
        .toList();
  }
}
