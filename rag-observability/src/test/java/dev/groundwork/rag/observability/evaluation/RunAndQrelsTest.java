package dev.groundwork.rag.observability.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunAndQrelsTest {

    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("file"), text);
    }

    @Test
    void equalScoresAreOrderedByIdTheLastBytesFirst() {
        Run run = Run.of(Map.of(
                "1",
                List.of(
                        new Run.Scored("a", 1),
                        new Run.Scored("\uffee", 1),
                        new Run.Scored("\ud83d\ude00", 1),
                        new Run.Scored("b", 2))));
        // As UTF-8 the smiley is behind U+FFEE, as UTF-16 before it.
        assertThat(run.documents("1")).containsExactly("b", "\ud83d\ude00", "\uffee", "a");
    }

    @Test
    void scoresAreComparedAsFloatsAsTrecEvalDoes() {
        Run run = Run.of(Map.of("1", List.of(new Run.Scored("a", 1.00000000001), new Run.Scored("b", 1))));
        assertThat(run.documents("1")).containsExactly("b", "a");
    }

    @Test
    void readsRunsWithoutRegardToRanksAndWhatFollows() throws IOException {
        Run run = Run.read(file("1\tQ0\tx\t9\t 2.5\tname more junk\n1 Q0 y 1 3 name\n\n2 Q0 x 1 -1e3 name\n"));
        assertThat(run.documents("1")).containsExactly("y", "x");
        assertThat(run.documents("2")).containsExactly("x");
        assertThat(run.documents("3")).isEmpty();
    }

    @Test
    void aRunSurvivesBeingWrittenAndRead() throws IOException {
        Run run = Run.ofRankings(Map.of("q", List.of("c", "a", "b")));
        Path file = folder.resolve("run");
        run.write(file, "ours");
        assertThat(Run.read(file).documents("q")).containsExactly("c", "a", "b");
        assertThat(Files.readAllLines(file)).first().isEqualTo("q Q0 c 1 3.0 ours");
    }

    @Test
    void whatTrecsFormatCantHoldIsRefused() {
        Run run = Run.ofRankings(Map.of("q", List.of("an id")));
        assertThatThrownBy(() -> run.write(folder.resolve("run"), "ours")).hasMessageContaining("document is 'an id'");
        assertThatThrownBy(() -> run.write(folder.resolve("run"), "")).hasMessageContaining("name is ''");
    }

    @Test
    void aBadLineIsNamed() throws IOException {
        Path noNumber = file("1 Q0 x 1 2 name\n1 Q0 y 1 much name\n");
        assertThatThrownBy(() -> Run.read(noNumber)).hasMessageContaining("line 2: score is 'much'");
        Path twice = file("1 Q0 x 1 2 name\n1 Q0 x 2 1 name\n");
        assertThatThrownBy(() -> Run.read(twice)).hasMessageContaining("document x twice");
        Path notFinite = file("1 Q0 x 1 NaN name\n");
        assertThatThrownBy(() -> Run.read(notFinite)).hasMessageContaining("must be finite");
    }

    @Test
    void readsJudgementsOfTrecAndOfBeir() throws IOException {
        assertThat(Qrels.read(file("1 0 x 2\n1 0 y -1\n")).grades("1")).isEqualTo(Map.of("x", 2, "y", -1));
        Qrels beir = Qrels.read(file("query-id\tcorpus-id\tscore\nq 1\tan id\t1\nq2\tx\t0\n"));
        assertThat(beir.topics()).containsExactly("q 1", "q2");
        assertThat(beir.grades("q 1")).isEqualTo(Map.of("an id", 1));
        assertThat(Qrels.read(file("\ufeffq\tx\t1.0\n")).grades("q")).isEqualTo(Map.of("x", 1));
    }

    @Test
    void readsCompressedJudgements() throws IOException {
        Path file = folder.resolve("qrels.tsv");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("q\tx\t1\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(Qrels.read(file).grades("q")).isEqualTo(Map.of("x", 1));
    }

    @Test
    void aBadJudgementIsNamed() throws IOException {
        Path grade = file("query-id\tcorpus-id\tscore\nq\tx\tgood\n");
        assertThatThrownBy(() -> Qrels.read(grade)).hasMessageContaining("line 2: grade is 'good'");
        Path half = file("q\tx\t1\nq\tx\t0.5\n");
        assertThatThrownBy(() -> Qrels.read(half)).hasMessageContaining("line 2: grade is '0.5'");
        Path columns = file("q x\n");
        assertThatThrownBy(() -> Qrels.read(columns)).hasMessageContaining("2 columns");
    }

    @Test
    void topicsThatTheRunMissesCountAsZero() {
        Qrels qrels = Qrels.of(Map.of("1", Map.of("a", 1), "2", Map.of("a", 1), "3", Map.of("a", 0)));
        Evaluation evaluation =
                Evaluation.of(Run.ofRankings(Map.of("1", List.of("a"))), qrels, List.of(RankingMetric.map()));
        assertThat(evaluation.mean(RankingMetric.map())).isEqualTo(1.0 / 3);
        assertThat(evaluation.perTopic(RankingMetric.map()))
                .containsEntry("2", 0.0)
                .containsEntry("1", 1.0);
        assertThatThrownBy(() -> evaluation.mean(RankingMetric.ndcg(3))).hasMessageContaining("ndcg@3");
    }
}
