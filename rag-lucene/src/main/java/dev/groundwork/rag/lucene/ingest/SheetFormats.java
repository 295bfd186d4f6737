package dev.groundwork.rag.lucene.ingest;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows the numbers of a workbook: dates and times as ISO 8601, percentages as such, all others as they are. */
final class SheetFormats {

    static final SheetFormats NONE = new SheetFormats(List.of());

    private enum Kind {
        NUMBER,
        PERCENT,
        DATE
    }

    /** Excel's own precision: what lies beyond is noise of binary fractions. */
    private static final MathContext PRECISION = new MathContext(15, RoundingMode.HALF_EVEN);

    /** The last day of the year 9999, and the largest number of a date. */
    private static final double LAST_DAY = 2_958_466;

    private static final int SECONDS = 86_400;

    private final List<Kind> styles;

    private SheetFormats(List<Kind> styles) {
        this.styles = styles;
    }

    static SheetFormats read(OfficeParts parts, String part) throws UnreadableException {
        Map<Integer, String> own = new HashMap<>();
        List<Kind> styles = new ArrayList<>();
        parts.xml(
                part,
                root -> root.children(name -> {
                    if (name.equals("numFmts")) {
                        root.children(format -> {
                            String code = root.attribute("formatCode");
                            if (code != null) {
                                own.put(Texts.number(root.attribute("numFmtId"), -1), code);
                            }
                        });
                    } else if (name.equals("cellXfs")) {
                        root.children(format -> {
                            if (styles.size() < 100_000) {
                                styles.add(kind(Texts.number(root.attribute("numFmtId"), 0), own));
                            }
                        });
                    }
                }));
        return new SheetFormats(styles);
    }

    private static Kind kind(int id, Map<Integer, String> own) {
        String code = own.get(id);
        if (code != null) {
            return kind(code);
        }
        // ISO/IEC 29500-1, 18.8.30; those from 27 on are dates of East Asian editions.
        boolean date =
                (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
        return date ? Kind.DATE : id == 9 || id == 10 ? Kind.PERCENT : Kind.NUMBER;
    }

    /** What a format is for, by the signs in its first section that are neither quoted nor in brackets. */
    private static Kind kind(String code) {
        boolean percent = false;
        for (int i = 0; i < code.length(); i++) {
            char sign = Character.toLowerCase(code.charAt(i));
            switch (sign) {
                case '"' -> {
                    int end = code.indexOf('"', i + 1);
                    i = end < 0 ? code.length() : end;
                }
                case '[' -> {
                    int end = code.indexOf(']', i + 1);
                    String inner = end < 0 ? "" : code.substring(i + 1, end).toLowerCase(Locale.ROOT);
                    if (inner.matches("h+|m+|s+")) {
                        return Kind.DATE;
                    }
                    i = end < 0 ? code.length() : end;
                }
                case '\\', '_', '*' -> i++;
                case 'y', 'm', 'd', 'h', 's' -> {
                    return Kind.DATE;
                }
                case 'g' -> {
                    // "General", or the name of an era.
                    if (!code.regionMatches(true, i, "general", 0, 7)) {
                        return Kind.DATE;
                    }
                    i += 6;
                }
                case '%' -> percent = true;
                case ';' -> {
                    return percent ? Kind.PERCENT : Kind.NUMBER;
                }
                default -> {}
            }
        }
        return percent ? Kind.PERCENT : Kind.NUMBER;
    }

    /** Shows a number in the format of a style; what is no number stays as it is. */
    String show(String raw, int style, boolean from1904) {
        if (raw.isEmpty() || raw.length() > 40) {
            return raw;
        }
        BigDecimal number;
        try {
            number = new BigDecimal(raw);
        } catch (NumberFormatException e) {
            return raw;
        }
        if (number.scale() > 400 || number.scale() < -400) {
            return raw;
        }
        Kind kind = style >= 0 && style < styles.size() ? styles.get(style) : Kind.NUMBER;
        return switch (kind) {
            case DATE -> date(number.doubleValue(), raw, from1904);
            case PERCENT -> plain(number.movePointRight(2)) + "%";
            case NUMBER -> plain(number);
        };
    }

    private static String plain(BigDecimal number) {
        BigDecimal rounded = number.round(PRECISION).stripTrailingZeros();
        boolean long1 = rounded.precision() - rounded.scale() > 21 || rounded.scale() > 21;
        return long1 ? rounded.toString() : rounded.toPlainString();
    }

    private static String date(double serial, String raw, boolean from1904) {
        if (serial < 0 || serial >= LAST_DAY) {
            return raw;
        }
        long seconds = Math.round(serial * SECONDS);
        long days = seconds / SECONDS;
        LocalTime time = LocalTime.ofSecondOfDay(seconds % SECONDS);
        if (days == 0 && !from1904) {
            return time.format(DateTimeFormatter.ISO_LOCAL_TIME);
        }
        // Excel takes 1900 for a leap year, so days before March of it are one off.
        LocalDate start = from1904 ? LocalDate.of(1904, 1, 1) : LocalDate.of(1899, 12, days < 60 ? 31 : 30);
        LocalDate day = start.plusDays(days);
        return seconds % SECONDS == 0
                ? day.toString()
                : LocalDateTime.of(day, time)
                        .truncatedTo(ChronoUnit.SECONDS)
                        .format(DateTimeFormatter.ISO_LOCAL_DATE_TIME);
    }
}
