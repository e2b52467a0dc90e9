package io.muster.stockconnector;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.ContentHash;
import io.muster.contract.reading.FieldSet;
import io.muster.contract.reading.Reading;
import io.muster.contract.reading.ReadingDecoder;
import io.muster.contract.reading.ReadingLimits;
import io.muster.contract.reading.UnreadablePayload;
import io.muster.contract.topic.DeviceTopic;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.mqtt.ReceivingMqttMessageMetadata;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * Writes readings with ingest-service's decoder, hash and statement into its table. Only numbers,
 * which is all that the measurements send. Thread-safe.
 */
@ApplicationScoped
class ReadingWriter {
  private static final String INSERT =
      """
      INSERT INTO reading (time, hash, device_key, field_set, numbers)
      SELECT time, hash, device_key, field_set, ($5::float8[])[first:last]
        FROM unnest($1::timestamptz[], $2::uuid[], $3::integer[], $4::integer[],
                    $6::integer[], $7::integer[])
          AS row (time, hash, device_key, field_set, first, last)
      ON CONFLICT DO NOTHING""";

  private static final String DEVICE =
      """
      INSERT INTO device (tenant, device) VALUES ($1, $2)
      ON CONFLICT (tenant, device) DO UPDATE SET tenant = excluded.tenant RETURNING key""";

  private static final String FIELD_SET =
      """
      INSERT INTO field_set (digest, names) VALUES ($1, $2)
      ON CONFLICT (digest) DO UPDATE SET names = excluded.names RETURNING key""";

  /** What a message says, and of whom. */
  private record Row(DeviceAddress device, Reading reading) {}

  private final Pool pool;
  private final ReadingDecoder decoder = new ReadingDecoder(ReadingLimits.DEFAULT);
  private final ContentHash contentHash = new ContentHash();
  private final Map<DeviceAddress, Integer> devices = new HashMap<>();
  private final Map<FieldSet, Integer> fieldSets = new HashMap<>();

  ReadingWriter(Pool pool) {
    this.pool = pool;
  }

  /** Writes and commits. */
  Uni<Void> write(List<Message<byte[]>> messages) {
    var rows = rows(messages);
    return keys(rows)
        .chain(() -> pool.preparedQuery(INSERT).execute(parameters(rows)))
        .replaceWithVoid();
  }

  private synchronized List<Row> rows(List<Message<byte[]>> messages) {
    var rows = new ArrayList<Row>(messages.size());
    var now = Instant.now();
    for (var message : messages) {
      var topic = message.getMetadata(ReceivingMqttMessageMetadata.class).orElseThrow().getTopic();
      var device = DeviceTopic.parse(topic).flatMap(DeviceTopic::device).orElseThrow();
      try {
        for (var reading : decoder.decode(message.getPayload(), null, null, now).readings()) {
          rows.add(new Row(device, reading.time() == null ? reading.at(now) : reading));
        }
      } catch (UnreadablePayload unreadable) {
        throw new IllegalArgumentException(unreadable);
      }
    }
    return rows;
  }

  /** Those of devices and field sets that come for the first time; one after the other. */
  private Uni<Void> keys(List<Row> rows) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (var device : newDevices(rows)) {
      var tuple = Tuple.of(device.tenant().value(), device.device().value());
      all =
          all.chain(() -> key(DEVICE, tuple))
              .invoke(key -> put(devices, device, key))
              .replaceWithVoid();
    }
    for (var fields : newFieldSets(rows)) {
      var tuple = Tuple.of(fields.digest(), fields.names().toArray(String[]::new));
      all =
          all.chain(() -> key(FIELD_SET, tuple))
              .invoke(key -> put(fieldSets, fields, key))
              .replaceWithVoid();
    }
    return all;
  }

  private synchronized List<DeviceAddress> newDevices(List<Row> rows) {
    return rows.stream()
        .map(Row::device)
        .distinct()
        .filter(it -> !devices.containsKey(it))
        .toList();
  }

  private synchronized List<FieldSet> newFieldSets(List<Row> rows) {
    return rows.stream()
        .map(row -> row.reading().numberFields())
        .distinct()
        .filter(it -> !fieldSets.containsKey(it))
        .toList();
  }

  private Uni<Integer> key(String statement, Tuple tuple) {
    return pool.preparedQuery(statement)
        .execute(tuple)
        .map(rows -> rows.iterator().next().getInteger(0));
  }

  private synchronized <K> void put(Map<K, Integer> keys, K name, Integer key) {
    keys.put(name, key);
  }

  private synchronized Tuple parameters(List<Row> rows) {
    var count = rows.size();
    var times = new OffsetDateTime[count];
    var hashes = new UUID[count];
    var deviceKeys = new Integer[count];
    var setKeys = new Integer[count];
    var firsts = new Integer[count];
    var lasts = new Integer[count];
    var numbers = new ArrayList<Double>(count * 3);
    for (var i = 0; i < count; i++) {
      var reading = rows.get(i).reading();
      times[i] = reading.time().atOffset(ZoneOffset.UTC);
      hashes[i] = contentHash.of(reading);
      deviceKeys[i] = devices.get(rows.get(i).device());
      setKeys[i] = fieldSets.get(reading.numberFields());
      firsts[i] = numbers.size() + 1;
      for (var number : reading.numbers()) {
        numbers.add(number);
      }
      lasts[i] = numbers.size();
    }
    return Tuple.tuple()
        .addArrayOfOffsetDateTime(times)
        .addArrayOfUUID(hashes)
        .addArrayOfInteger(deviceKeys)
        .addArrayOfInteger(setKeys)
        .addArrayOfDouble(numbers.toArray(Double[]::new))
        .addArrayOfInteger(firsts)
        .addArrayOfInteger(lasts);
  }
}
