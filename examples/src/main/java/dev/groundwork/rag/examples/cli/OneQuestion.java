package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.observability.LoggedEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds one question in logs and draws it. */
final class OneQuestion {

    /** A question has some ten events; a beginning of an id that fits more is too short. */
    private static final int MAX_EVENTS = 10_000;

    private static final int NAMED = 5;

    private OneQuestion() {}

    static int show(String id, List<String> files, LogLines lines, LogFilter filter, Surroundings at, boolean details) {
        if (id.isBlank()) {
            throw new UsageException("the request id is empty");
        }
        Map<String, List<LoggedEvent>> found = new LinkedHashMap<>();
        int[] kept = {0};
        lines.read(files, event -> {
            String own = event.text("rag.request_id");
            if (own.startsWith(id) && filter.covers(event)) {
                if (++kept[0] > MAX_EVENTS) {
                    throw new FailureException(
                            "more than " + MAX_EVENTS + " events are of questions whose id begins with '" + id
                                    + "': give more of it, or fewer files",
                            null);
                }
                found.computeIfAbsent(own, key -> new ArrayList<>()).add(event);
            }
        });
        problems(lines, at);
        List<LoggedEvent> events = found.get(id);
        if (events == null) {
            if (found.isEmpty()) {
                throw new FailureException(
                        "no question with the id '" + id + "' among " + lines.events() + " events", null);
            }
            if (found.size() > 1) {
                List<String> ids = List.copyOf(found.keySet());
                throw new FailureException(
                        found.size() + " questions have an id that begins with '" + id + "': "
                                + String.join(", ", ids.subList(0, Math.min(NAMED, ids.size())))
                                + (ids.size() > NAMED ? ", ..." : ""),
                        null);
            }
            events = found.values().iterator().next();
        }
        Waterfall waterfall = new Waterfall(at.out(), Ink.of(at));
        boolean first = true;
        for (List<LoggedEvent> question : split(events)) {
            if (!first) {
                at.out().println();
            }
            first = false;
            waterfall.draw(question, details);
        }
        at.out().flush();
        return ExitCode.OK;
    }

    /** An application may give several questions the same id; each ends with an event of its own. */
    private static List<List<LoggedEvent>> split(List<LoggedEvent> events) {
        List<List<LoggedEvent>> questions = new ArrayList<>();
        List<LoggedEvent> current = new ArrayList<>();
        for (LoggedEvent event : events) {
            current.add(event);
            if (event.name().startsWith("rag.query.")) {
                questions.add(current);
                current = new ArrayList<>();
            }
        }
        if (!current.isEmpty()) {
            boolean late = !questions.isEmpty()
                    && current.stream().noneMatch(hop -> hop.text("rag.hop_seq").equals("1"));
            if (late) {
                questions.getLast().addAll(current);
            } else {
                questions.add(current);
            }
        }
        return questions;
    }

    /** Tells on standard error of lines that could not be read, and of logs that hold nothing. */
    static void problems(LogLines lines, Surroundings at) {
        String problems = lines.problems();
        if (!problems.isEmpty()) {
            at.err().println(Display.line(problems, 1_000));
        }
        if (lines.events() == 0 && lines.otherLines() > 0) {
            at.err().println("no event in " + lines.otherLines() + " lines: is it the log of something else?");
        }
    }
}
