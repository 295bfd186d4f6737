package dev.groundwork.rag.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LlmTargetTest {

    @Test
    void splitsBetweenModelAndUrl() {
        LlmTarget target = LlmTarget.parse("llama3.2@http://localhost:11434/v1/");

        assertThat(target.model()).isEqualTo("llama3.2");
        assertThat(target.baseUrl()).isEqualTo("http://localhost:11434/v1");
        assertThat(target.userInfo()).isNull();
    }

    @Test
    void aModelsNameMayHoldAnAtSign() {
        LlmTarget target = LlmTarget.parse("@cf/meta/llama@2@https://api.example.com/v1");

        assertThat(target.model()).isEqualTo("@cf/meta/llama@2");
        assertThat(target.baseUrl()).isEqualTo("https://api.example.com/v1");
    }

    @Test
    void takesUserAndPasswordOutOfItsName() {
        LlmTarget target = LlmTarget.parse("m@https://user:pass@api.example.com/v1");

        assertThat(target.userInfo()).isEqualTo("user:pass");
        assertThat(target.name()).isEqualTo("m@https://api.example.com/v1");
        assertThat(target).hasToString("m@https://api.example.com/v1");
    }
}
