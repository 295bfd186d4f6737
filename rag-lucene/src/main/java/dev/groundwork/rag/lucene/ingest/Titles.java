package dev.groundwork.rag.lucene.ingest;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells the titles that authors gave from those that word processors did. */
final class Titles {

    private static final int MAX_LENGTH = 200;

    private static final Pattern NO_TITLE = Pattern.compile(
            "untitled.*|title|document\\d*|powerpoint[-"
                    + " ]pr.*|.*\\.(docx?|pptx?|xlsx?|odt|odp|indd|tex|dvi|ps|pdf|qxd|fm|rtf|html?|p65|pmd)",
            Pattern.CASE_INSENSITIVE);

    private Titles() {}

    /** Returns the title among a document's properties, or null where it is none. */
    static @Nullable String sensible(@Nullable String raw) {
        if (raw == null) {
            return null;
        }
        String title = Texts.collapse(raw);
        if (title.toLowerCase(Locale.ROOT).startsWith("microsoft word - ")) {
            title = title.substring("microsoft word - ".length()).strip();
        }
        boolean sensible = title.codePoints().anyMatch(Character::isLetter)
                && title.length() <= MAX_LENGTH
                && title.indexOf('\ufffd') < 0
                && !NO_TITLE.matcher(title).matches();
        return sensible ? title : null;
    }
}
