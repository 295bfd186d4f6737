package dev.groundwork.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.URL;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;

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
    void classesOfEveryModuleLoad() throws Exception {
        for (String module : Set.of("", ".llm", ".lucene", ".observability")) {
            Package root = Class.forName("dev.groundwork.rag" + module + ".package-info")
                    .getPackage();
            assertTrue(root.getAnnotations().length > 0, () -> root + " is null-marked");
        }
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
