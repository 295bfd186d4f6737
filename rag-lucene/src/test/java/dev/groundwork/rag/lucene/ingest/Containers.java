package dev.groundwork.rag.lucene.ingest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes the zip containers that office documents and books are, with no more in them than a test needs. */
final class Containers {

    private static final String RELATIONS =
            "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>%s</Relationships>";

    private final Map<String, byte[]> parts = new LinkedHashMap<>();
    private final Map<String, String> relations = new LinkedHashMap<>();

    /** Starts an office document whose main part is of this name. */
    static Containers office(String main) {
        return new Containers().relation("", "r1", "officeDocument", main);
    }

    static byte[] word(String body) {
        return office("word/document.xml")
                .part("word/document.xml", wordDocument(body))
                .zip();
    }

    static String wordDocument(String body) {
        return "<w:document xmlns:w='w' xmlns:m='m' xmlns:mc='mc'><w:body>" + body + "</w:body></w:document>";
    }

    static String paragraph(String text) {
        return "<w:p><w:r><w:t>" + text + "</w:t></w:r></w:p>";
    }

    Containers part(String name, String content) {
        return part(name, content.getBytes(StandardCharsets.UTF_8));
    }

    Containers part(String name, byte[] content) {
        parts.put(name, content);
        return this;
    }

    /** Lets a part refer to another, with the target relative to the part's folder. */
    Containers relation(String part, String id, String type, String target) {
        int slash = part.lastIndexOf('/') + 1;
        String file = part.substring(0, slash) + "_rels/" + part.substring(slash) + ".rels";
        String relation = "<Relationship Id='" + id + "' Type='http://schemas.openxmlformats.org/x/relationships/"
                + type + "' Target='" + target + "'/>";
        relations.merge(file, relation, String::concat);
        return this;
    }

    byte[] zip() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> file : relations.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(RELATIONS.replace("%s", file.getValue()).getBytes(StandardCharsets.UTF_8));
            }
            for (Map.Entry<String, byte[]> part : parts.entrySet()) {
                zip.putNextEntry(new ZipEntry(part.getKey()));
                zip.write(part.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
