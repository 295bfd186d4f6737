package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a book (EPUB 2 and 3) chapter by chapter, in the order of its spine, each as the HTML that it is. */
final class EpubReader implements DocumentReader {

    private static final String CONTAINER = "META-INF/container.xml";
    private static final String ENCRYPTION = "META-INF/encryption.xml";

    /** Fonts are scrambled in books that can be read by all. */
    private static final Set<String> OF_FONTS =
            Set.of("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC");

    @Override
    public DocumentText read(byte[] content, ReadLimits limits) throws UnreadableException {
        try (ZipParts zip = ZipParts.open(content, "an EPUB book", limits)) {
            if (!zip.has(CONTAINER)) {
                throw new UnreadableException("a zip container, but no EPUB book");
            }
            if (zip.has(ENCRYPTION) && isEncrypted(zip)) {
                throw new UnreadableException("encrypted");
            }
            String[] book = {""};
            zip.xml(CONTAINER, root -> book(root, book));
            return new Reading(zip, limits).read(book[0]);
        }
    }

    private static void book(XmlCursor at, String[] book) throws UnreadableException {
        at.children(name -> {
            String path = at.attribute("full-path");
            if (name.equals("rootfile") && path != null && book[0].isEmpty()) {
                book[0] = path;
            } else {
                book(at, book);
            }
        });
    }

    private static boolean isEncrypted(ZipParts zip) throws UnreadableException {
        boolean[] encrypted = {false};
        zip.xml(
                ENCRYPTION,
                root -> root.children(data -> root.children(name -> {
                    String algorithm = root.attribute("Algorithm");
                    encrypted[0] |=
                            name.equals("EncryptionMethod") && algorithm != null && !OF_FONTS.contains(algorithm);
                })));
        return encrypted[0];
    }

    private static final class Reading {

        private final ZipParts zip;
        private final ReadLimits limits;
        private final BlockWriter out;
        private final Map<String, String> chapters = new HashMap<>();
        private final List<String> spine = new ArrayList<>();
        private @Nullable String title;

        Reading(ZipParts zip, ReadLimits limits) {
            this.zip = zip;
            this.limits = limits;
            this.out = new BlockWriter(limits);
        }

        DocumentText read(String book) throws UnreadableException {
            String folder = book.substring(0, book.lastIndexOf('/') + 1);
            zip.xml(
                    book,
                    root -> root.children(name -> {
                        switch (name) {
                            case "metadata" ->
                                root.children(inner -> {
                                    if (inner.equals("title") && title == null) {
                                        title = Titles.sensible(root.text(limits));
                                    }
                                });
                            case "manifest" -> root.children(item -> manifest(root, folder));
                            case "spine" ->
                                root.children(item -> {
                                    String id = root.attribute("idref");
                                    if (id != null) {
                                        spine.add(id);
                                    }
                                });
                            default -> {}
                        }
                    }));
            Set<String> seen = new HashSet<>();
            HtmlReader html = new HtmlReader();
            for (String id : spine) {
                String part = chapters.get(id);
                if (part != null && zip.has(part) && seen.add(part)) {
                    byte[] chapter = zip.bytes(part);
                    if (chapter.length > 0) {
                        out.append(html.read(chapter, limits));
                    }
                }
            }
            return out.toText(title);
        }

        private void manifest(XmlCursor at, String folder) {
            String id = at.attribute("id");
            String target = at.attribute("href");
            String type = String.valueOf(at.attribute("media-type"));
            String properties = String.valueOf(at.attribute("properties"));
            boolean contents = properties.equals("nav") || properties.startsWith("nav ");
            if (id != null && target != null && !contents && (type.contains("html") || type.contains("dtbook"))) {
                chapters.put(id, OfficeParts.resolve(folder, Texts.percentDecoded(target)));
            }
        }
    }
}
