package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an office document (ISO/IEC 29500-2) and how they refer to each other. Types of relations are told by
 * their last word, which is the same in strict and transitional documents.
 */
final class OfficeParts {

    private final ZipParts zip;
    private final ReadLimits limits;

    /** A reference of one part to another. */
    record Relation(String id, String type, String target) {}

    OfficeParts(ZipParts zip, ReadLimits limits) {
        this.zip = zip;
        this.limits = limits;
    }

    /** Returns the part that holds the document itself. */
    String main() throws UnreadableException {
        return first(relations(""), "officeDocument")
                .orElseThrow(() -> new UnreadableException("a zip container, but no office document"));
    }

    /** Returns the title among the document's properties, if there is one. */
    @Nullable
    String title() throws UnreadableException {
        Optional<String> properties = first(relations(""), "core-properties");
        if (properties.isEmpty() || !zip.has(properties.get())) {
            return null;
        }
        String[] title = {""};
        xml(
                properties.get(),
                root -> root.children(name -> {
                    if (name.equals("title")) {
                        title[0] = Texts.collapse(root.text(limits));
                    }
                }));
        return Titles.sensible(title[0]);
    }

    /** Returns the references of a part to others within the document; {@code ""} for those of the whole. */
    List<Relation> relations(String part) throws UnreadableException {
        int slash = part.lastIndexOf('/') + 1;
        String file = part.substring(0, slash) + "_rels/" + part.substring(slash) + ".rels";
        List<Relation> relations = new ArrayList<>();
        if (!zip.has(file)) {
            return relations;
        }
        xml(
                file,
                root -> root.children(name -> {
                    String id = root.attribute("Id");
                    String type = root.attribute("Type");
                    String target = root.attribute("Target");
                    boolean within = !"External".equals(root.attribute("TargetMode"));
                    if (id != null && type != null && target != null && within) {
                        String kind = type.substring(type.lastIndexOf('/') + 1);
                        relations.add(new Relation(id, kind, resolve(part.substring(0, slash), target)));
                    }
                }));
        return relations;
    }

    /** Returns the first part of a type that is there. */
    Optional<String> first(List<Relation> relations, String type) {
        return relations.stream()
                .filter(relation -> relation.type().equals(type) && zip.has(relation.target()))
                .map(Relation::target)
                .findFirst();
    }

    /** Returns the part that a reference names, or empty where there is no such part. */
    Optional<String> byId(List<Relation> relations, @Nullable String id) {
        return relations.stream()
                .filter(relation -> relation.id().equals(id) && zip.has(relation.target()))
                .map(Relation::target)
                .findFirst();
    }

    void xml(String part, ZipParts.XmlVisitor visitor) throws UnreadableException {
        zip.xml(part, visitor);
    }

    /** Resolves a target against a folder within the container; {@code ..} beyond its root is dropped. */
    static String resolve(String folder, String target) {
        List<String> names = new ArrayList<>();
        String path = target.startsWith("/") ? target.substring(1) : folder + target;
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                if (!names.isEmpty()) {
                    names.removeLast();
                }
            } else if (!name.equals(".") && !name.isEmpty()) {
                names.add(name);
            }
        }
        return String.join("/", names);
    }
}
