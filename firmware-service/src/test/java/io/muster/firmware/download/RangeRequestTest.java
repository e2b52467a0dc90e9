package io.muster.firmware.download;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangeRequestTest {

  private static final RangeRequest READER = new RangeRequest(5, 200);

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 0",
    "bytes=0-, 0, 999",
    "bytes=999-, 999, 999",
    "bytes=500-600, 500, 600",
    "bytes=500-1000000, 500, 999",
    "bytes=-1, 999, 999",
    "bytes=-1000, 0, 999",
    "bytes=-999999999999999999, 0, 999",
    "BYTES= 3-4 , 3, 4"
  })
  void readsOneRange(String header, long first, long last) {
    assertEquals(
        new RangeAnswer.Parts(List.of(new ByteRange(first, last))), READER.read(header, 1000));
  }

  @Test
  void readsSeveralInTheirOrderAndLeavesOutWhatIsNotThere() {
    var parts = List.of(new ByteRange(900, 999), new ByteRange(0, 9), new ByteRange(20, 29));
    assertEquals(
        new RangeAnswer.Parts(parts), READER.read("bytes=900-, 0-9,\t20-29,2000-3000", 1000));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-4",
        "bytes=0-1,",
        "bytes=0-1;2-3",
        "bytes=--1",
        "bytes=+1-2",
        "bytes=1-2-3",
        "bytes=0x1-0x2",
        "bytes=9999999999999999999-",
        "items=0-1",
        "bytes=\u0661-\u0662"
      })
  void whatIsNoByteRangeIsIgnored(String header) {
    assertInstanceOf(RangeAnswer.Whole.class, READER.read(header, 1000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=5000-,6000-"})
  void whatIsNotThereCannotBeHad(String header) {
    assertInstanceOf(RangeAnswer.Unsatisfiable.class, READER.read(header, 1000));
  }

  @Test
  void anEmptyArtifactHasNoRange() {
    assertInstanceOf(RangeAnswer.Unsatisfiable.class, READER.read("bytes=0-", 0));
    assertInstanceOf(RangeAnswer.Unsatisfiable.class, READER.read("bytes=-5", 0));
  }

  @Test
  void aBombOfRangesIsRefused() {
    assertInstanceOf(RangeAnswer.Parts.class, READER.read("bytes=0-1,2-3,4-5,6-7,8-9", 1000));
    assertInstanceOf(
        RangeAnswer.Unsatisfiable.class, READER.read("bytes=0-1,2-3,4-5,6-7,8-9,10-11", 1000));
    assertInstanceOf(RangeAnswer.Unsatisfiable.class, READER.read("bytes=0-,0-", 1000));
    assertInstanceOf(RangeAnswer.Unsatisfiable.class, READER.read("bytes=0-,5-5", 1000));
    assertInstanceOf(
        RangeAnswer.Unsatisfiable.class, READER.read("bytes=0-1" + " ".repeat(200), 1000));
  }

  @Test
  void aDateOrAnotherTagOrAWeakOneMakesTheRangeNotCount() {
    assertTrue(RangeRequest.counts(null, "\"ab\""));
    assertTrue(RangeRequest.counts("\"ab\"", "\"ab\""));
    assertFalse(RangeRequest.counts("\"cd\"", "\"ab\""));
    assertFalse(RangeRequest.counts("W/\"ab\"", "\"ab\""));
    assertFalse(RangeRequest.counts("Wed, 21 Oct 2026 07:28:00 GMT", "\"ab\""));
  }

  @Test
  void whateverIsAskedForWhatIsGivenLiesWithinAndIsNoMoreThanThereIs() {
    var reader = new RangeRequest(50, 4000);
    var random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      long size = random.nextInt(40);
      String header =
          IntStream.rangeClosed(0, random.nextInt(6))
              .mapToObj(_ -> number(random) + "-" + number(random))
              .collect(Collectors.joining(",", "bytes=", ""));
      if (reader.read(header, size) instanceof RangeAnswer.Parts(var ranges)) {
        assertTrue(ranges.stream().allMatch(r -> r.last() < size), header);
        assertTrue(ranges.stream().mapToLong(ByteRange::lengthBytes).sum() <= size, header);
      }
    }
  }

  private static String number(Random random) {
    return random.nextInt(4) == 0 ? "" : Integer.toString(random.nextInt(50));
  }
}
