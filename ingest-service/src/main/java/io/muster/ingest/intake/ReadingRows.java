package io.muster.ingest.intake;

import com.fasterxml.jackson.core.JsonFactory;
import io.muster.contract.reading.ContentHash;
import io.muster.contract.reading.Reading;
import io.muster.contract.reading.ReadingJson;
import io.muster.contract.reading.ReadingValue;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.UUID;

/**
 * The readings of a batch as columns. The numbers of all rows go as one flat array, of which the
 * statement takes each row's slice: measured no slower than a column for each number, and one
 * statement serves every shape (an array of arrays would have to be rectangular). Not thread-safe.
 */
final class ReadingRows {
  static final String INSERT =
      """
      INSERT INTO reading (time, hash, device_key, field_set, numbers)
      SELECT time, hash, device_key, field_set, ($5::float8[])[first:last]
        FROM unnest($1::timestamptz[], $2::uuid[], $3::integer[], $4::integer[],
                    $6::integer[], $7::integer[])
          AS row (time, hash, device_key, field_set, first, last)
      ON CONFLICT DO NOTHING""";

  static final String INSERT_WITH_OTHER =
      """
      INSERT INTO reading (time, hash, device_key, field_set, numbers, other)
      SELECT time, hash, device_key, field_set, ($5::float8[])[first:last], other::jsonb
        FROM unnest($1::timestamptz[], $2::uuid[], $3::integer[], $4::integer[],
                    $6::integer[], $7::integer[], $8::text[])
          AS row (time, hash, device_key, field_set, first, last, other)
      ON CONFLICT DO NOTHING""";

  private final JsonFactory json = new JsonFactory();
  private final ContentHash contentHash;
  private final OffsetDateTime[] time;
  private final UUID[] hash;
  private final Integer[] deviceKey;
  private final Integer[] fieldSet;
  private final Integer[] first;
  private final Integer[] last;
  private String[] other;
  private Double[] numbers;
  private int rows;
  private int used;

  ReadingRows(int rows, ContentHash contentHash) {
    this.contentHash = contentHash;
    this.time = new OffsetDateTime[rows];
    this.hash = new UUID[rows];
    this.deviceKey = new Integer[rows];
    this.fieldSet = new Integer[rows];
    this.first = new Integer[rows];
    this.last = new Integer[rows];
    this.numbers = new Double[rows * 4];
  }

  /**
   * @param setKey the key of its numbers' names; null when the dictionary has no room for them
   * @param noNames the key of the empty set of names
   */
  void add(Integer device, Reading reading, Integer setKey, Integer noNames) {
    time[rows] = reading.time().atOffset(ZoneOffset.UTC);
    hash[rows] = contentHash.of(reading);
    deviceKey[rows] = device;
    fieldSet[rows] = setKey == null ? noNames : setKey;
    first[rows] = used + 1;
    if (setKey != null) {
      addNumbers(reading.numbers());
    }
    last[rows] = used;
    if (setKey == null) {
      other(reading.values());
    } else if (!reading.others().isEmpty()) {
      other(reading.others());
    }
    rows++;
  }

  private void addNumbers(double[] values) {
    if (used + values.length > numbers.length) {
      numbers = Arrays.copyOf(numbers, Math.max(numbers.length * 2, used + values.length));
    }
    for (var value : values) {
      numbers[used++] = value;
    }
  }

  private void other(SortedMap<String, ReadingValue> values) {
    if (other == null) {
      other = new String[time.length];
    }
    var text = new StringWriter(64);
    try (var generator = json.createGenerator(text)) {
      generator.writeStartObject();
      ReadingJson.writeMembers(values, generator);
      generator.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    other[rows] = text.toString();
  }

  String sql() {
    return other == null ? INSERT : INSERT_WITH_OTHER;
  }

  Tuple parameters() {
    var tuple =
        Tuple.tuple()
            .addArrayOfOffsetDateTime(time)
            .addArrayOfUUID(hash)
            .addArrayOfInteger(deviceKey)
            .addArrayOfInteger(fieldSet)
            .addArrayOfDouble(Arrays.copyOf(numbers, used))
            .addArrayOfInteger(first)
            .addArrayOfInteger(last);
    return other == null ? tuple : tuple.addArrayOfString(other);
  }
}
