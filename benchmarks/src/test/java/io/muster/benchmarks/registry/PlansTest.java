package io.muster.benchmarks.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PlansTest {
  @Test
  void namesTheIndexesThatServeASearch() {
    assertEquals(
        "a sort, device_by_tag",
        Plans.access(
            """
            Limit  (cost=1..2 rows=101 width=200)
              ->  Sort  (cost=1..2 rows=5 width=200)
                    ->  Nested Loop Left Join  (cost=1..2 rows=5)
                          ->  Bitmap Heap Scan on device d  (cost=1..2 rows=5)
                                ->  Bitmap Index Scan on device_by_tag  (cost=0..1 rows=5)
                          ->  Index Scan using device_type_pkey on device_type t  (cost=0..1)
                    ->  Index Scan using device_pkey on device g  (cost=0..1)
            """));
    assertEquals(
        "device_by_change",
        Plans.access(" ->  Index Scan Backward using device_by_change on device d  (cost=1..2)"));
    assertEquals("a scan of all", Plans.access("  ->  Seq Scan on device d  (cost=1..2 rows=5)"));
    assertEquals("a scan for gateways", Plans.access("  ->  Seq Scan on device g  (cost=1..2)"));
    assertEquals(
        "a scan of presence, presence_offline",
        Plans.access(
            """
              ->  Seq Scan on presence p  (cost=1..2 rows=5)
              ->  Index Scan using presence_offline on presence p  (cost=1..2)
              ->  Index Scan using presence_pkey on presence p  (cost=1..2)
              ->  Index Scan using shadow_name_is_unique on shadow s  (cost=1..2)
            """));
    assertEquals("nothing", Plans.access("  ->  Seq Scan on device_type t  (cost=1..2)"));
    assertEquals("nothing", Plans.access("Result  (cost=0..0)"));
  }
}
