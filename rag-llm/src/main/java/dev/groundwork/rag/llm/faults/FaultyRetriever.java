package dev.groundwork.rag.llm.faults;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Retriever;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** A retriever some of whose calls fail on purpose. */
final class FaultyRetriever implements Retriever {

    private final Faults faults;
    private final Retriever retriever;

    FaultyRetriever(Faults faults, Retriever retriever) {
        this.faults = faults;
        this.retriever = retriever;
    }

    @Override
    public String name() {
        return retriever.name();
    }

    @Override
    public List<Hit> retrieve(Question question, int limit, Deadline deadline) throws InterruptedException {
        Faults.Fate fate = faults.next();
        fate.begin();
        if (fate.kind() == Faults.Kind.HANG) {
            fate.hang();
        }
        List<Hit> hits = retriever.retrieve(question, limit, deadline);
        return switch (fate.kind()) {
            case CUT -> List.copyOf(hits.subList(0, hits.size() / 2));
            case GARBAGE -> {
                List<Hit> shuffled = new ArrayList<>(hits);
                Collections.shuffle(shuffled, new Random(fate.random().nextLong()));
                yield List.copyOf(shuffled);
            }
            case null, default -> hits;
        };
    }
}
