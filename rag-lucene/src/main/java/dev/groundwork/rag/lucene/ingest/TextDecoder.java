package dev.groundwork.rag.lucene.ingest;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into text, or says why they are none. In this order: a byte order mark; strict UTF-8; for HTML what the
 * page itself declares; windows-1252, which is what undeclared Western text is in practice. What none of these explains
 * well is refused rather than read as garbage. Line ends become {@code \n}, so the numbers of lines stay the same.
 */
final class TextDecoder {

    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    /** How far into a page its declaration is looked for; browsers look at 1,024 bytes, and some pages are late. */
    private static final int DECLARATION_BYTES = 4096;

    private static final Pattern DECLARED = Pattern.compile(
            "<meta[^>]{0,500}?charset\\s*=\\s*[\"']?\\s*([\\w.:-]{1,40})"
                    + "|<\\?xml[^>]{0,200}?encoding\\s*=\\s*[\"']([\\w.:-]{1,40})",
            Pattern.CASE_INSENSITIVE);

    /** In Western text at most two accented letters stand together as a rule; other scripts fill whole words. */
    private static final int WESTERN_RUN = 2;

    /** More control characters than one in so many make a file binary. */
    private static final int CONTROL_ONE_IN = 50;

    /** What encrypted office documents are kept in as well. */
    static final String OLD_OFFICE = "an old office document";

    private static final Map<String, String> MAGIC = new TreeMap<>(Map.ofEntries(
            Map.entry("504b0304", "a zip archive or an office document"),
            Map.entry("504b0506", "a zip archive"),
            Map.entry("1f8b", "a gzip archive"),
            Map.entry("25504446", "a PDF"),
            Map.entry("89504e47", "a PNG image"),
            Map.entry("ffd8ff", "a JPEG image"),
            Map.entry("47494638", "a GIF image"),
            Map.entry("7f454c46", "a program"),
            Map.entry("cafebabe", "a Java class"),
            Map.entry("d0cf11e0", OLD_OFFICE),
            Map.entry("377abcaf", "a 7z archive"),
            Map.entry("28b52ffd", "a zstd archive"),
            Map.entry("fd377a58", "an xz archive")));

    private TextDecoder() {}

    static String decode(byte[] content, int maxCharacters) throws UnreadableException {
        return decode(content, maxCharacters, false);
    }

    static String decodeHtml(byte[] content, int maxCharacters) throws UnreadableException {
        return decode(content, maxCharacters, true);
    }

    /** Returns bytes that were declared to be in a charset as UTF-8; as they are where that is not so, or not known. */
    static byte[] toUtf8(byte[] content, @Nullable String declared) {
        if (declared == null) {
            return content;
        }
        try {
            Charset charset = Charset.forName(declared.strip());
            if (charset.equals(StandardCharsets.US_ASCII) || !charset.canEncode()) {
                return content;
            }
            return strict(content, 0, charset).getBytes(StandardCharsets.UTF_8);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException | CharacterCodingException e) {
            return content;
        }
    }

    /** Returns what the first bytes say that a file is, or null where they say nothing. */
    static @Nullable String magic(byte[] content) {
        StringBuilder hex = new StringBuilder(8);
        for (int at = 0; at < Math.min(4, content.length); at++) {
            hex.append(Character.forDigit((content[at] >> 4) & 0xf, 16))
                    .append(Character.forDigit(content[at] & 0xf, 16));
        }
        for (Map.Entry<String, String> entry : MAGIC.entrySet()) {
            if (hex.indexOf(entry.getKey()) == 0) {
                return entry.getValue();
            }
        }
        return null;
    }

    private static String decode(byte[] content, int maxCharacters, boolean html) throws UnreadableException {
        String marked = marked(content);
        String text = marked != null ? marked : unmarked(content, html);
        if (text.length() > maxCharacters) {
            throw new UnreadableException("too long: more than " + maxCharacters + " characters");
        }
        refuseBinary(text);
        return text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
    }

    private static @Nullable String marked(byte[] content) throws UnreadableException {
        if (starts(content, 0xef, 0xbb, 0xbf)) {
            return marked(content, 3, StandardCharsets.UTF_8);
        } else if (starts(content, 0xff, 0xfe, 0, 0)) {
            return marked(content, 4, Charset.forName("UTF-32LE"));
        } else if (starts(content, 0, 0, 0xfe, 0xff)) {
            return marked(content, 4, Charset.forName("UTF-32BE"));
        } else if (starts(content, 0xff, 0xfe)) {
            return marked(content, 2, StandardCharsets.UTF_16LE);
        } else if (starts(content, 0xfe, 0xff)) {
            return marked(content, 2, StandardCharsets.UTF_16BE);
        }
        return null;
    }

    private static String marked(byte[] content, int skip, Charset charset) throws UnreadableException {
        try {
            return strict(content, skip, charset);
        } catch (CharacterCodingException e) {
            throw new UnreadableException("not text: its mark says " + charset.name() + ", but it isn't", e);
        }
    }

    private static boolean starts(byte[] content, int... bytes) {
        if (content.length < bytes.length) {
            return false;
        }
        for (int at = 0; at < bytes.length; at++) {
            if ((content[at] & 0xff) != bytes[at]) {
                return false;
            }
        }
        return true;
    }

    private static String unmarked(byte[] content, boolean html) throws UnreadableException {
        String magic = magic(content);
        if (magic != null) {
            throw new UnreadableException("not text: " + magic);
        }
        refuseNuls(content);
        try {
            return strict(content, 0, StandardCharsets.UTF_8);
        } catch (CharacterCodingException notUtf8) {
            Charset declared = html ? declared(content) : null;
            if (declared != null && !declared.equals(StandardCharsets.UTF_8)) {
                try {
                    return strict(content, 0, declared);
                } catch (CharacterCodingException e) {
                    throw new UnreadableException("bad charset: it declares " + declared.name() + ", but it isn't", e);
                }
            }
            return western(content, notUtf8);
        }
    }

    private static void refuseNuls(byte[] content) throws UnreadableException {
        int even = 0;
        int odd = 0;
        for (int at = 0; at < content.length; at++) {
            if (content[at] == 0) {
                if (at % 2 == 0) {
                    even++;
                } else {
                    odd++;
                }
            }
        }
        if (even + odd == 0) {
            return;
        }
        boolean wide = Math.max(even, odd) > content.length / 8 && Math.min(even, odd) <= content.length / 64;
        throw new UnreadableException(
                wide ? "bad charset: UTF-16 without a byte order mark" : "not text: it holds NUL bytes");
    }

    private static @Nullable Charset declared(byte[] content) {
        String head = new String(content, 0, Math.min(content.length, DECLARATION_BYTES), StandardCharsets.ISO_8859_1);
        Matcher matcher = DECLARED.matcher(head);
        if (!matcher.find()) {
            return null;
        }
        String name = (matcher.group(1) != null ? matcher.group(1) : matcher.group(2)).toLowerCase(Locale.ROOT);
        // As browsers do: a page that can be read as bytes is not UTF-16, and Latin-1 means windows-1252.
        if (name.startsWith("utf-16")) {
            return StandardCharsets.UTF_8;
        }
        if (name.equals("iso-8859-1") || name.equals("latin1") || name.equals("us-ascii") || name.equals("ascii")) {
            return WINDOWS_1252;
        }
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return null;
        }
    }

    private static String western(byte[] content, CharacterCodingException notUtf8) throws UnreadableException {
        int high = 0;
        int inLongRuns = 0;
        int run = 0;
        for (byte b : content) {
            if (b < 0) {
                high++;
                run++;
                inLongRuns += run > WESTERN_RUN + 1 ? 1 : run == WESTERN_RUN + 1 ? run : 0;
            } else {
                run = 0;
            }
        }
        if (looksLikeDamagedUtf8(content)) {
            throw new UnreadableException("bad charset: damaged UTF-8", notUtf8);
        }
        if (inLongRuns * 2L > high) {
            throw new UnreadableException("bad charset: neither UTF-8 nor Western text", notUtf8);
        }
        try {
            return strict(content, 0, WINDOWS_1252);
        } catch (CharacterCodingException e) {
            throw new UnreadableException("bad charset: neither UTF-8 nor windows-1252", e);
        }
    }

    /** Whether there are more whole UTF-8 sequences than bytes that belong to none. */
    private static boolean looksLikeDamagedUtf8(byte[] content) {
        int whole = 0;
        int bad = 0;
        for (int at = 0; at < content.length; ) {
            int lead = content[at] & 0xff;
            int more = lead < 0x80
                    ? 0
                    : lead >= 0xc2 && lead < 0xe0
                            ? 1
                            : lead < 0xf0 && lead >= 0xe0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : -1;
            int end = at + 1;
            while (more > 0 && end < content.length && end <= at + more && (content[end] & 0xc0) == 0x80) {
                end++;
            }
            if (more > 0 && end == at + 1 + more) {
                whole++;
            } else if (more != 0) {
                bad++;
            }
            at = end;
        }
        return whole > bad;
    }

    private static void refuseBinary(String text) throws UnreadableException {
        int controls = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == 0) {
                throw new UnreadableException("not text: it holds NUL characters");
            }
            if (c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f') {
                controls++;
            }
        }
        if (controls * (long) CONTROL_ONE_IN > text.length()) {
            throw new UnreadableException("not text: binary data");
        }
    }

    private static String strict(byte[] content, int skip, Charset charset) throws CharacterCodingException {
        CharsetDecoder decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer chars = decoder.decode(ByteBuffer.wrap(content, skip, content.length - skip));
        return chars.toString();
    }
}
