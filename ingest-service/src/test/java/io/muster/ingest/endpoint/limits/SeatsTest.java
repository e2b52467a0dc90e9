package io.muster.ingest.endpoint.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SeatsTest {

  @Test
  void givesAsManyAsThereAre() {
    var seats = new Seats(2);
    assertTrue(seats.take());
    assertTrue(seats.take());
    assertFalse(seats.take());
    assertFalse(seats.take());
    seats.leave();
    assertEquals(1, seats.taken());
    assertTrue(seats.take());
    assertFalse(seats.take());
  }
}
