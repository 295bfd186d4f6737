package dev.groundwork.rag.examples.cli;

import java.util.Map;

/** What a terminal can show, if it is one: how wide it is, whether it has blocks, and whether colours are wanted. */
record Ink(boolean terminal, int width, boolean unicode, boolean colour) {

    private static final int WIDTH_OF_NONE = 100;

    /** Looks at the surroundings; colours are for terminals only, and not where the variable NO_COLOR is set. */
    static Ink of(Surroundings at) {
        Map<String, String> environment = at.environment();
        int width = at.outWidth() == 0 ? WIDTH_OF_NONE : Math.clamp(at.outWidth(), 40, 240);
        boolean terminal = at.outWidth() > 0 && ProgressView.unicode(environment);
        return new Ink(
                at.outWidth() > 0,
                width,
                terminal || at.outWidth() == 0,
                terminal && environment.getOrDefault("NO_COLOR", "").isEmpty());
    }

    String red(String text) {
        return paint("31", text);
    }

    String yellow(String text) {
        return paint("33", text);
    }

    String cyan(String text) {
        return paint("36", text);
    }

    String bold(String text) {
        return paint("1", text);
    }

    String dim(String text) {
        return paint("2", text);
    }

    private String paint(String code, String text) {
        return colour && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
