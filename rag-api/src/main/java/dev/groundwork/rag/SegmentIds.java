package dev.groundwork.rag;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The ids of segments that {@link Rag#ingest(DocumentSource)} writes. */
final class SegmentIds {

    private SegmentIds() {}

    /**
     * Returns a segment's id: readable, the same on every run, and different for two sources with like-named documents.
     */
    static String of(String source, String document, int ordinal) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(source.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 4) + ":" + document + "#" + ordinal;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
