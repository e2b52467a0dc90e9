package io.muster.command.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.aws.JobsTopic.Operation;
import io.muster.contract.id.DeviceAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobsTopicTest {
  @ParameterizedTest
  @CsvSource({
    "aws/acme/d1/jobs/get,GET_PENDING,",
    "aws/acme/d1/jobs/start-next,START_NEXT,",
    "aws/acme/d1/jobs/$next/get,DESCRIBE,$next",
    "aws/acme/d1/jobs/0198-a_B/get,DESCRIBE,0198-a_B",
    "aws/acme/d1/jobs/$next/update,UPDATE,$next",
    "aws/acme/d1/jobs/get/get,DESCRIBE,get",
    "aws/acme/d1/jobs/get/update,UPDATE,get"
  })
  void eachRequestIsRead(String topicName, Operation operation, String jobId) {
    var device = DeviceAddress.of("acme", "d1");
    assertEquals(
        Optional.of(new JobsTopic(topicName, device, operation, jobId)),
        JobsTopic.parse(topicName));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aws/acme/d1/jobs",
        "aws/acme/d1/jobs/",
        "aws/acme/d1/jobs/notify",
        "aws/acme/d1/jobs/notify-next",
        "aws/acme/d1/jobs/get/accepted",
        "aws/acme/d1/jobs/x/get/accepted",
        "aws/acme/d1/jobs/x/delete",
        "aws/acme/d1/shadow/get",
        "aws/acme/-/jobs/get",
        "aws/ACME/d1/jobs/get",
        "aws//d1/jobs/get",
        "$aws/things/acme:d1/jobs/get",
        "command/acme/d1/jobs/get",
        ""
      })
  void nothingElseIsOne(String topicName) {
    assertEquals(Optional.empty(), JobsTopic.parse(topicName));
  }

  @Test
  void anAnswerGoesBeneathItsRequest() {
    var topic = JobsTopic.parse("aws/acme/d1/jobs/$next/get").orElseThrow();
    assertEquals("aws/acme/d1/jobs/$next/get/accepted", topic.accepted());
    assertEquals("aws/acme/d1/jobs/$next/get/rejected", topic.rejected());
  }
}
