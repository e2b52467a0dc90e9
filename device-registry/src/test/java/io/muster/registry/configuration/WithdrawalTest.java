package io.muster.registry.configuration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.registry.shadow.DesiredStates;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WithdrawalTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiter = '|',
      value = {
        // It comes.
        "{} | | {'a':1} | {'a':1}",
        "{'a':2,'b':3} | | {'a':1} | {'a':1}",
        "{'a':1,'b':3} | | {'a':1} | {}",
        "{'a':1.0} | | {'a':1} | {}",
        "{'a':{'b':1,'c':2}} | | {'a':{'b':1,'c':3}} | {'a':{'c':3}}",
        "{'a':1} | | {'a':{'b':1}} | {'a':{'b':1}}",
        "{'a':{'b':1}} | | {'a':1} | {'a':1}",
        "{'a':[1,2]} | | {'a':[2]} | {'a':[2]}",
        // It changes.
        "{'a':1,'x':9} | {'a':1,'b':2} | {'a':3} | {'a':3}",
        "{'a':1,'b':2,'x':9} | {'a':1,'b':2} | {'a':3} | {'b':null,'a':3}",
        "{'a':1,'b':5} | {'a':1,'b':2} | {'a':3} | {'a':3}",
        "{'a':{'b':1,'c':2}} | {'a':{'b':1,'c':2}} | {'a':{'c':3}} | {'a':{'b':null,'c':3}}",
        "{'a':{'b':1}} | {'a':{'b':1}} | {'a':5} | {'a':5}",
        "{'a':5} | {'a':5} | {'a':{'b':1}} | {'a':{'b':1}}",
        // It goes.
        "{'a':1,'x':9} | {'a':1} | | {'a':null}",
        "{'a':2,'x':9} | {'a':1} | | {}",
        "{'x':9} | {'a':1} | | {}",
        "{'a':{'b':1,'c':2}} | {'a':{'b':1}} | | {'a':{'b':null}}",
        "{'a':{'b':1,'c':2}} | {'a':1} | | {}",
        "{'a':1} | {'a':{'b':1}} | | {}",
        "{'a':[1,2]} | {'a':[1,2]} | | {'a':null}",
        "{'a':[1,2,3]} | {'a':[1,2]} | | {}"
      })
  void theChangeIs(String present, String old, String next, String expected) {
    assertEquals(json(expected), Withdrawal.patch(json(present), json(old), json(next)));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiter = '|',
      value = {
        "{'a':5} | {'a':1,'b':2} | {'b':2}",
        "{'a':{'x':5}} | {'a':{'x':1,'y':2}} | {'a':{'y':2}}",
        "{'a':5} | {'a':{'x':1}} | {}",
        "{} | {'a':{'x':1}} | {'a':{'x':1}}",
        "{'a':1} | {'a':1} | {}"
      })
  void whatIsMissingIsSetAgainAndNothingElse(String present, String desired, String expected) {
    assertEquals(json(expected), Withdrawal.missing(json(present), json(desired)));
  }

  private static ObjectNode json(String text) {
    return text == null ? null : DesiredStates.read(text.replace('\'', '"'));
  }
}
