package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Degradation;
import dev.groundwork.rag.Health;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.SearchResult;
import dev.groundwork.rag.SegmentKeys;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The commands' results for a human. */
final class TextOutput {

    /** Lines longer than this are hard to read, however wide the terminal is. */
    private static final int WIDEST = 100;

    /** What is shown of a quote or a passage where no terminal sets the width. */
    private static final int SNIPPET = 160;

    private final PrintStream out;
    private final int width;

    /**
     * Makes one.
     *
     * @param width columns of the terminal; 0 to wrap nothing
     */
    TextOutput(PrintStream out, int width) {
        this.out = out;
        this.width = width == 0 ? 0 : Math.clamp(width, 20, WIDEST);
    }

    /** Returns what prints an answer piece by piece. */
    WordWrap wrap() {
        return new WordWrap(out, width);
    }

    void answer(Answer answer, Places places) {
        text(answer.text());
        flags(answer, places);
    }

    /** Prints what follows the text: sources, and what is to be said about how it came about. */
    void flags(Answer answer, Places places) {
        switch (answer) {
            case Answer.Grounded grounded -> {
                sources(grounded.citations(), places);
                origin(grounded.origin());
            }
            case Answer.Degraded degraded -> {
                sources(degraded.citations(), places);
                origin(degraded.origin());
                out.println();
                for (Degradation degradation : degraded.degradations()) {
                    text("Degraded: " + describe(degradation) + ".");
                }
            }
            case Answer.Abstained abstained -> {
                out.println();
                text("Not answered: " + describe(abstained.reason()) + ".");
            }
        }
        out.flush();
    }

    void search(SearchResult result, Places places) {
        if (result.hits().isEmpty()) {
            out.println("Nothing found.");
        }
        int rank = 0;
        for (Hit hit : result.hits()) {
            String place = places.describe(hit.id(), hit.source(), hit.startLine(), hit.endLine());
            out.printf(Locale.ROOT, "%3d  %.3f  %s%n", ++rank, hit.score().value(), place);
            String headings = hit.segment().metadata().getString(SegmentKeys.HEADINGS);
            if (headings != null && !headings.isBlank()) {
                out.println("     " + Display.line(headings, room(5)));
            }
            out.println("     " + Display.line(hit.segment().text(), room(5)));
        }
        result.answerability()
                .ifPresent(seen -> out.printf(
                        Locale.ROOT, "The documents answer this with a probability of %.2f.%n", seen.probability()));
        for (Degradation degradation : result.trace().degradations()) {
            text("Degraded: " + describe(degradation) + ".");
        }
        out.flush();
    }

    void health(Health health) {
        health("rag", health, "");
        out.flush();
    }

    void pool(List<MemberStatus> members) {
        for (MemberStatus member : members) {
            StringBuilder line = new StringBuilder(
                    member.name() + ": " + member.state().name().toLowerCase(Locale.ROOT));
            if (!member.reason().isEmpty()) {
                line.append(" (").append(member.reason()).append(')');
            }
            if (!member.retryIn().isZero()) {
                line.append(", back in ").append(member.retryIn().toSeconds()).append(" s");
            }
            Duration latency = member.answerLatency();
            if (latency != null) {
                line.append(", answered in ").append(latency.toMillis()).append(" ms");
            }
            out.println(Display.line(line.toString(), 500));
            member.limitsLeft()
                    .forEach((limit, left) -> out.printf(Locale.ROOT, "  %s left = %s%n", limit, number(left)));
        }
        out.flush();
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.format(Locale.ROOT, "%.2f", value);
    }

    private void health(String name, Health health, String indent) {
        out.println(indent + name + ": " + health.status()
                + (health.reason().isEmpty() ? "" : " (" + Display.line(health.reason(), 500) + ")"));
        for (Map.Entry<String, Object> detail : health.details().entrySet()) {
            out.println(indent + "  " + detail.getKey() + " = " + Display.line(String.valueOf(detail.getValue()), 500));
        }
        health.components().forEach((part, state) -> health(part, state, indent + "  "));
    }

    private void sources(List<Citation> citations, Places places) {
        if (citations.isEmpty()) {
            return;
        }
        Set<String> lines = new LinkedHashSet<>();
        for (Citation citation : citations) {
            lines.add(line(citation, places));
        }
        out.println();
        out.println("Sources:");
        lines.forEach(out::println);
    }

    private String line(Citation citation, Places places) {
        String number = "  [" + citation.number() + "] ";
        if (citation.verdict() == Citation.Verdict.NO_SUCH_SOURCE) {
            return number + "UNSUPPORTED: there is no source with this number";
        }
        StringBuilder line = new StringBuilder(number)
                .append(places.describe(
                        citation.segmentId(), citation.source(), citation.startLine(), citation.endLine()));
        if (!citation.supported()) {
            line.append("  UNSUPPORTED: the source says too little of this");
        }
        if (!citation.quote().isEmpty()) {
            line.append("  \"").append(Display.line(citation.quote(), SNIPPET)).append('"');
        }
        return line.toString();
    }

    private void origin(Answer.Origin origin) {
        if (origin == Answer.Origin.EXTRACTED) {
            out.println();
            text("Extractive: these are sentences of the sources, no language model wrote them.");
        }
    }

    private void text(String text) {
        WordWrap wrap = wrap();
        wrap.print(text);
        wrap.end();
    }

    private int room(int used) {
        return width == 0 ? SNIPPET : Math.max(20, width - used);
    }

    private static String describe(Answer.Abstained.Reason reason) {
        return switch (reason) {
            case NO_CONTEXT -> "nothing was found";
            case NOTHING_RELEVANT -> "what was found is too far from the question";
            case MODEL_DECLINED -> "the model found no answer in the sources";
            case NO_SUPPORTING_SENTENCE -> "no sentence of the sources supports an answer";
        };
    }

    private static String describe(Degradation degradation) {
        String what = switch (degradation.reason()) {
            case "failed" -> "step '" + degradation.hop() + "' failed";
            case "timed_out" -> "step '" + degradation.hop() + "' took too long";
            case "unsupported_citation" -> "a citation is not supported by its source";
            case "no_citation" -> "the answer cites no source";
            case "no_context" -> "nothing was found, the model answered from memory";
            case "truncated" -> "the answer was cut off";
            case "llm_unavailable" -> "no language model could answer";
            default -> "step '" + degradation.hop() + "': " + degradation.reason();
        };
        return degradation.detail().isEmpty() ? what : what + " (" + degradation.detail() + ")";
    }
}
