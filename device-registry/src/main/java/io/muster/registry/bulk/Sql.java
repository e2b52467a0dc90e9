package io.muster.registry.bulk;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.Arrays;

/**
 * One connection for one virtual thread, which waits for each answer: the steps of a transaction
 * read as steps.
 *
 * @param client with a transaction open
 * @param within how long an answer may take
 */
record Sql(SqlClient client, Duration within) {
  RowSet<Row> rows(String sql, Object... values) {
    return await(client.preparedQuery(sql).execute(Tuple.from(Arrays.asList(values))));
  }

  <T> T await(Uni<T> answer) {
    return answer.await().atMost(within);
  }
}
