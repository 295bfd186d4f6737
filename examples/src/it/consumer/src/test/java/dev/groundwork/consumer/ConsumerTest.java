package dev.groundwork.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.groundwork.rag.lucene.LuceneIndex;
import dev.groundwork.rag.lucene.ingest.Documents;
import dev.groundwork.rag.observability.InMemoryMetrics;
import dev.groundwork.rag.observability.JsonEventLogger;
import dev.groundwork.rag.observability.LogLevel;
import dev.groundwork.rag.observability.MetricsListener;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an application gets that names three modules in its pom and has no parent of ours. */
class ConsumerTest {

    @Test
    void everyModuleIsAJarWithAModuleName() throws Exception {
        Set<String> names = new TreeSet<>();
        for (URL url : Collections.list(getClass().getClassLoader().getResources(JarFile.MANIFEST_NAME))) {
            try (var in = url.openStream()) {
                String name = new Manifest(in).getMainAttributes().getValue("Automatic-Module-Name");
                if (name != null && name.startsWith("dev.groundwork.")) {
                    names.add(name);
                }
            }
        }
        assertEquals(
                Set.of(
                        "dev.groundwork.rag",
                        "dev.groundwork.rag.llm",
                        "dev.groundwork.rag.lucene",
                        "dev.groundwork.rag.observability"),
                names);
    }

    @Test
    void answersFromItsOwnDocumentsWithWhatIsInTheJars(@TempDir Path docs) throws Exception {
        Files.writeString(
                docs.resolve("keys.md"), "# Keys\n\nAn API key is rotated with `keys rotate`, every 90 days.\n");
        List<String> events = new CopyOnWriteArrayList<>();
        InMemoryMetrics metrics = new InMemoryMetrics();
        try (LuceneIndex index = LuceneIndex.inMemory();
                OnnxEmbeddingModel embeddings = OnnxEmbeddingModel.bgeSmallEn();
                Rag rag = Rag.builder()
                        .index(index)
                        .embeddingModel(embeddings)
                        .listener(JsonEventLogger.to(events::add, LogLevel.MINIMAL))
                        .listener(MetricsListener.to(metrics))
                        .build()) {
            assertEquals(1, rag.ingest(Documents.directory(docs)).added());

            Answer answer = rag.ask("How is an API key rotated?");

            Answer.Grounded grounded = assertInstanceOf(Answer.Grounded.class, answer);
            assertTrue(grounded.text().contains("every 90 days"), grounded::text);
            assertEquals("keys.md", grounded.citations().getFirst().source());
            assertEquals(3, grounded.citations().getFirst().startLine());
        }
        assertEquals(2, events.size(), events::toString);
        assertTrue(metrics.toString().contains("rag.query.duration"), metrics::toString);
    }

    @Test
    void whatTheModulesStandOnIsThereToo() throws Exception {
        for (String type : Set.of(
                "dev.langchain4j.model.chat.ChatModel",
                "org.apache.lucene.index.IndexWriter",
                "ai.onnxruntime.OrtEnvironment")) {
            URI jar = Class.forName(type)
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            assertTrue(jar.toString().endsWith(".jar"), jar::toString);
        }
    }
}
