package io.muster.benchmarks.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A kind of search.
 *
 * @param name for the report
 * @param query of the nth request, ready for a URL but for what has to be encoded
 * @param sort or null
 */
record SearchQuestion(String name, IntFunction<String> query, String sort) {
  /** One of each kind, of various selectivity. */
  static List<SearchQuestion> all(int devices) {
    return List.of(
        new SearchQuestion("no filter, first page", _ -> null, null),
        new SearchQuestion("one id", n -> "id==" + FleetRows.id(n % devices), null),
        new SearchQuestion(
            "ids with a beginning",
            n -> "id==" + FleetRows.id(n % devices).substring(0, 10) + "*",
            null),
        new SearchQuestion("a tag of 1 %", _ -> "tag==rare", null),
        new SearchQuestion("a tag of all", _ -> "tag==fleet", null),
        new SearchQuestion(
            "an attribute of one", n -> "attributes.serial==S%08d".formatted(n % devices), null),
        new SearchQuestion(
            "an attribute of 2.5 %", n -> "attributes.floor==%d".formatted(n % 40), null),
        new SearchQuestion("an attribute within one", _ -> "attributes.site.city==Ulm", null),
        new SearchQuestion(
            "two attributes and a tag",
            n -> "attributes.floor==%d;attributes.site.city==Ulm;tag==fleet".formatted(n % 40),
            null),
        new SearchQuestion("an order of an attribute", _ -> "attributes.floor=gt=37", null),
        new SearchQuestion("an attribute of none", _ -> "attributes.serial==none", null),
        new SearchQuestion("a type of none", _ -> "type==none", null),
        new SearchQuestion("a static group of 1 %", _ -> "group==" + FleetState.FEW, null),
        new SearchQuestion("a dynamic group of 2.5 %", _ -> "group==" + FleetState.FLOOR, null),
        new SearchQuestion("disabled, which none is", _ -> "enabled==false", null),
        new SearchQuestion("offline, 1 %", _ -> "presence==offline", null),
        new SearchQuestion("online, 89 %", _ -> "presence==online", null),
        new SearchQuestion(
            "silent for ten days",
            _ -> "lastSeen<" + Instant.now().minus(Duration.ofDays(10)),
            null),
        new SearchQuestion(
            "a reported value of 2 %",
            n -> "shadow.reported.fw==v%d".formatted(n % FleetState.VERSIONS), null),
        new SearchQuestion(
            "a desired value of 2 %",
            n -> "shadow.desired.fw==v%d".formatted(n % FleetState.VERSIONS), null),
        new SearchQuestion(
            "a firmware version of 2 %",
            n -> "firmware==1.%d".formatted(n % FleetState.VERSIONS), null),
        new SearchQuestion(
            "a module's version of 2 %",
            n -> "firmware.os==1.%d".formatted(n % FleetState.VERSIONS), null),
        new SearchQuestion("a module's versions below", _ -> "firmware.os=lt=1.3", null),
        new SearchQuestion("the latest changed", _ -> null, "updatedAt:desc"),
        new SearchQuestion("the latest with a tag", _ -> "tag==rare", "updatedAt:desc"));
  }
}
