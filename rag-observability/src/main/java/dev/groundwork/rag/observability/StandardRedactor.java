package dev.groundwork.rag.observability;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Knows secrets by their form. Every pattern begins where a run of its characters begins (a lookbehind of one character
 * says so) and takes the run possessively, so that no character is looked at more than a fixed number of times.
 */
final class StandardRedactor implements Redactor {

    static final StandardRedactor INSTANCE = new StandardRedactor();

    private static final String KEY = "[key]";
    private static final String CREDENTIALS = "[credentials]";
    private static final String EMAIL = "[email]";
    private static final String CARD = "[card]";

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";

    /** The local part of an address has at most 64 characters; a domain at most 255. */
    private static final int MAX_LOCAL = 64;

    private static final int MAX_DOMAIN = 255;

    private static final int MIN_CARD = 13;
    private static final int MAX_CARD = 19;

    /** Keys that providers mark with a beginning of their own; JSON Web Tokens begin with the Base64 of an open brace. */
    private static final Pattern MARKED_KEY = Pattern.compile("(?<![A-Za-z0-9])(?:"
        + "(?:sk|pk|rk)[-_](?=[a-z_-]{0,100}[A-Z0-9])[A-Za-z0-9_-]{6,}+"
        + "|gh[opsur]_[A-Za-z0-9]{8,}+|github_pat_[A-Za-z0-9_]{8,}+|glpat-[A-Za-z0-9_-]{8,}+"
        + "|xox[a-z]-[A-Za-z0-9-]{8,}+|xapp-[A-Za-z0-9-]{8,}+"
        + "|(?:AKIA|ASIA)[A-Z0-9]{12,}+|AIza[A-Za-z0-9_-]{20,}+|ya29\\.[A-Za-z0-9_-]{8,}+"
        + "|(?:hf|gsk|npm|nvapi|dop_v1|pplx|r8|tvly|xai|whsec|shpat)[-_][A-Za-z0-9_-]{10,}+|pypi-[A-Za-z0-9_-]{10,}+"
        + "|SG\\.[A-Za-z0-9_-]{8,}+(?:\\.[A-Za-z0-9_-]++)?|eyJ[A-Za-z0-9_-]{8,}+(?:\\.[A-Za-z0-9_-]*+){0,4})");

    /** The last two characters of each mark before its hyphen, underscore or dot, but for those of the form xox?. */
    private static final Set<String> MARK_ENDS = Set.of(
            "sk", "pk", "rk", "ho", "hp", "hs", "hu", "hr", "at", "pp", "hf", "pm", "pi", "v1", "lx", "r8", "ly", "ai",
            "ec", "SG", "29");

    /** A token after its scheme, as in the header Authorization. */
    private static final Pattern SCHEME =
            Pattern.compile("(?i)(?<![A-Za-z0-9])(bearer|basic)[ \\t:]{1,3}[A-Za-z0-9._~+/=-]{8,}+");

    /** A value under a name that says what it is: in headers, settings, JSON and the parameters of a URL. */
    private static final Pattern NAMED = Pattern.compile("(?i)(?<![A-Za-z0-9])((?:[A-Za-z0-9]{1,20}[-_]){0,3}"
            + "(?:password|passwd|pwd|passphrase|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|auth[-_]?key"
            + "|credentials?|signature|sig|authorization))(\"?[ \\t]{0,3}(?:=|:)[ \\t]{0,3})(\"[^\"\\n]{1,2000}+\"?"
            + "|[^\\s\"&,;)}\\]]{3,}+)");

    private static final Pattern PLAIN_KEY_PARAMETER =
            Pattern.compile("(?i)(?<=[?&;])(key|code|sas|jwt|session|sid)=[^\\s\"&#]++");

    private static final Pattern URL_USER = Pattern.compile("(?<=://)[^/?#\\s]{1,1000}@");

    /** What no word looks like: long, with capitals, small letters and digits. */
    private static final Pattern RANDOM = Pattern.compile("(?<![A-Za-z0-9_+=-])[A-Za-z0-9_+=-]{32,}+");

    private StandardRedactor() {}

    @Override
    public String redact(String text) {
        String safe = privateKeys(text);
        safe = withUrl(safe);
        if (hasAny(safe, "earer", "asic", "EARER", "ASIC")) {
            safe = SCHEME.matcher(safe).replaceAll("$1 " + KEY);
        }
        safe = MARKED_KEY.matcher(safe).replaceAll(KEY);
        if (safe.indexOf('=') >= 0 || safe.indexOf(':') >= 0) {
            safe = NAMED.matcher(safe).replaceAll("$1$2" + CREDENTIALS);
        }
        safe = RANDOM.matcher(safe).replaceAll(found -> mixed(found.group()) ? KEY : "$0");
        safe = cards(safe);
        return emails(safe);
    }

    /** Takes out of a name or an id what can't be part of one by chance. */
    static String names(String name) {
        String safe = withUrl(name);
        if (mayHoldKey(safe)) {
            safe = MARKED_KEY.matcher(safe).replaceAll(KEY);
            safe = SCHEME.matcher(safe).replaceAll("$1 " + KEY);
        }
        return emails(safe);
    }

    /**
     * Returns whether a pattern of keys could match, at a fraction of its cost: most names and ids have nothing of the kind.
     * What a mark of {@link #MARKED_KEY} or a scheme of {@link #SCHEME} ends in is looked for.
     */
    private static boolean mayHoldKey(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            switch (text.charAt(i)) {
                case '-', '_', '.' -> {
                    if (i >= 2 && (text.charAt(i - 2) == 'x' || MARK_ENDS.contains(text.substring(i - 2, i)))) {
                        return true;
                    }
                }
                case 'A' -> {
                    if (text.startsWith("AKIA", i) || text.startsWith("ASIA", i) || text.startsWith("AIza", i)) {
                        return true;
                    }
                }
                case 'e' -> {
                    if (text.startsWith("eyJ", i)) {
                        return true;
                    }
                }
                case ' ', '\t', ':' -> {
                    if (text.regionMatches(true, i - 6, "bearer", 0, 6)
                            || text.regionMatches(true, i - 5, "basic", 0, 5)) {
                        return true;
                    }
                }
                default -> {}
            }
        }
        return false;
    }

    private static String withUrl(String text) {
        if (text.indexOf("://") < 0 && text.indexOf('?') < 0) {
            return text;
        }
        String safe = URL_USER.matcher(text).replaceAll("");
        return PLAIN_KEY_PARAMETER.matcher(safe).replaceAll("$1=" + CREDENTIALS);
    }

    private static boolean hasAny(String text, String... parts) {
        for (String part : parts) {
            if (text.contains(part)) {
                return true;
            }
        }
        return false;
    }

    private static String privateKeys(String text) {
        int begin = text.indexOf(BEGIN);
        if (begin < 0) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length());
        int from = 0;
        while (begin >= 0) {
            int end = text.indexOf(END, begin + BEGIN.length());
            int dashes = end < 0 ? -1 : text.indexOf("-----", end + END.length());
            safe.append(text, from, begin).append(KEY);
            if (dashes < 0) {
                return safe.toString(); // what has no end may be a key up to the end
            }
            from = dashes + 5;
            begin = text.indexOf(BEGIN, from);
        }
        return safe.append(text, from, text.length()).toString();
    }

    private static boolean mixed(String run) {
        boolean upper = false;
        boolean lower = false;
        boolean digit = false;
        for (int i = 0; i < run.length(); i++) {
            char c = run.charAt(i);
            upper |= c >= 'A' && c <= 'Z';
            lower |= c >= 'a' && c <= 'z';
            digit |= c >= '0' && c <= '9';
        }
        return upper && lower && digit;
    }

    // --- Card numbers ----------------------------------------------------------------------------------------------

    /** A number of 13 to 19 digits in groups, parted by single spaces or hyphens, whose last digit checks the others. */
    private static String cards(String text) {
        StringBuilder safe = null;
        int copied = 0;
        int at = 0;
        int length = text.length();
        while (at < length) {
            if (!isDigit(text.charAt(at))) {
                at++;
                continue;
            }
            int end = cardEnd(text, at);
            if (end > at) {
                safe = safe == null ? new StringBuilder(length) : safe;
                safe.append(text, copied, at).append(CARD);
                copied = end;
                at = end;
            } else {
                while (at < length && isDigit(text.charAt(at))) {
                    at++;
                }
            }
        }
        return safe == null ? text : safe.append(text, copied, length).toString();
    }

    /** Returns the end of the longest card number that begins here, or -1. Looks at no more than 40 characters. */
    private static int cardEnd(String text, int begin) {
        int[] digits = new int[MAX_CARD];
        int count = 0;
        int end = -1;
        int at = begin;
        while (at < text.length()) {
            if (isDigit(text.charAt(at))) {
                if (count == MAX_CARD) {
                    break;
                }
                digits[count++] = Character.digit(text.charAt(at++), 10);
                boolean groupEnds = at == text.length() || !isDigit(text.charAt(at));
                if (groupEnds && count >= MIN_CARD && luhn(digits, count)) {
                    end = at;
                }
            } else if (isSeparator(text.charAt(at)) && at + 1 < text.length() && isDigit(text.charAt(at + 1))) {
                at++;
            } else {
                break;
            }
        }
        return end;
    }

    private static boolean isDigit(char c) {
        return c <= '9' ? c >= '0' : c > 127 && Character.isDigit(c);
    }

    private static boolean isSeparator(char c) {
        return c == ' ' || c == '-' || c == '\u00a0' || c == '\u2011';
    }

    /** The check of ISO/IEC 7812-1: every second digit from the right is doubled, and the sum is a multiple of ten. */
    private static boolean luhn(int[] digits, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            int digit = digits[count - 1 - i];
            int weighted = i % 2 == 0 ? digit : digit * 2;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }
        return sum % 10 == 0 && sum > 0;
    }

    // --- E-mail addresses ------------------------------------------------------------------------------------------

    private static String emails(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            return text.contains("%40") ? encodedEmails(text) : text;
        }
        StringBuilder safe = null;
        int copied = 0;
        while (at >= 0) {
            int begin = at;
            while (begin > copied && at - begin < MAX_LOCAL && isLocal(text.charAt(begin - 1))) {
                begin--;
            }
            int end = at + 1;
            while (end < text.length() && end - at <= MAX_DOMAIN && isDomain(text.charAt(end))) {
                end++;
            }
            while (end > at + 1 && (text.charAt(end - 1) == '.' || text.charAt(end - 1) == '-')) {
                end--;
            }
            if (begin < at && text.substring(at + 1, end).indexOf('.') > 0) {
                safe = safe == null ? new StringBuilder(text.length()) : safe;
                safe.append(text, copied, begin).append(EMAIL);
                copied = end;
            }
            at = text.indexOf('@', Math.max(at + 1, copied));
        }
        return safe == null ? text : safe.append(text, copied, text.length()).toString();
    }

    /** In a URL the sign may be encoded. */
    private static String encodedEmails(String text) {
        String safe = emails(text.replace("%40", "@"));
        return safe.contains(EMAIL) ? safe : text;
    }

    private static boolean isLocal(char c) {
        return Character.isLetterOrDigit(c) || Character.isSurrogate(c) || "!$%'+-^_~.".indexOf(c) >= 0;
    }

    private static boolean isDomain(char c) {
        return Character.isLetterOrDigit(c) || Character.isSurrogate(c) || c == '.' || c == '-';
    }
}
