package dev.groundwork.rag.lucene.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TokenEstimateTest {

    @Test
    void countsByKindOfCharacter() {
        assertEquals(0, TokenEstimate.of(" \n\t"));
        assertEquals(3, TokenEstimate.of("the key."));
        assertEquals(2, TokenEstimate.of("letters"), "a seventh letter");
        assertEquals(3, TokenEstimate.of("monitorings"), "eleven letters");
        assertEquals(3, TokenEstimate.of("Straße"), "one per two letters");
        assertEquals(6, TokenEstimate.of("findAllByKey"), "inner capitals");
        assertEquals(2, TokenEstimate.of("2026"));
        assertEquals(5, TokenEstimate.of("abc123"), "two for abc, three for the digits");
        assertEquals(9, TokenEstimate.of("ключ مفتاح"), "one per letter beyond Latin");
        assertEquals(5, TokenEstimate.of("汉字，汉字"));
        assertEquals(4, TokenEstimate.of("한국"));
        assertEquals(2, TokenEstimate.of("😀 😀"));
    }
}
