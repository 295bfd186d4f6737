package dev.groundwork.rag.observability;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.Normalizer;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes a question known again without its text: HMAC-SHA-256 of the text, without space around it, in Unicode's form C. */
final class QueryHash {

    private static final int MIN_KEY = 16;
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    QueryHash(byte[] key) {
        if (key.length < MIN_KEY) {
            throw new IllegalArgumentException(
                    "key has " + key.length + " bytes, must have at least " + MIN_KEY + ": a short one can be guessed");
        }
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /** Returns 64 hexadecimal digits. */
    String of(String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            String form = Normalizer.normalize(text.strip(), Normalizer.Form.NFC);
            return HexFormat.of().formatHex(mac.doFinal(form.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
