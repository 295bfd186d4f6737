package dev.groundwork.rag.lucene.ingest;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads XML from front to end, element by element, with the JDK's own streaming parser, whatever others are on the class
 * path. Entities are not expanded, nothing outside is fetched, and nesting is limited.
 *
 * <p>Names are compared without their namespace: the strict and the transitional form of office documents differ in
 * nothing else.
 */
final class XmlCursor {

    private static final XMLInputFactory FACTORY = factory();

    private static final int DECLARATION_BYTES = 256;

    private static final Pattern DECLARED =
            Pattern.compile("^<\\?xml[^>]{0,200}?encoding\\s*=\\s*[\"']([\\w.:-]{1,40})");

    private final XMLStreamReader reader;
    private int depth;
    private int parts;

    /** Sees a child of an element; the cursor stands on its start, and may be moved up to its end. */
    @FunctionalInterface
    interface Visitor {
        void visit(String name) throws UnreadableException;
    }

    /** Sees text between the children of an element. */
    @FunctionalInterface
    interface TextVisitor {
        void visit(String text) throws UnreadableException;
    }

    private XmlCursor(XMLStreamReader reader) {
        this.reader = reader;
    }

    /** Opens a stream and stands on its root element. The stream is not closed. */
    static XmlCursor open(InputStream in) throws UnreadableException {
        try {
            XmlCursor cursor = new XmlCursor(FACTORY.createXMLStreamReader(decoded(in)));
            while (cursor.next() != XMLStreamConstants.START_ELEMENT) {
                if (cursor.reader.getEventType() == XMLStreamConstants.END_DOCUMENT) {
                    throw new UnreadableException("damaged: a part of it is empty");
                }
            }
            return cursor;
        } catch (XMLStreamException e) {
            throw damaged(e);
        }
    }

    /**
     * Decodes what the parser would decode itself, were it not for its habit to print to standard error where that fails.
     * Bytes that are wrong become replacement characters.
     */
    private static Reader decoded(InputStream in) throws UnreadableException {
        try {
            BufferedInputStream buffered = new BufferedInputStream(in);
            buffered.mark(DECLARATION_BYTES);
            byte[] start = buffered.readNBytes(DECLARATION_BYTES);
            buffered.reset();
            Matcher declared = DECLARED.matcher(new String(start, StandardCharsets.ISO_8859_1));
            Charset charset = StandardCharsets.UTF_8;
            if (start.length > 1 && ((start[0] & 0xff) == 0xfe || (start[0] & 0xff) == 0xff)) {
                charset = StandardCharsets.UTF_16;
            } else if (start.length > 2 && (start[0] & 0xff) == 0xef && (start[1] & 0xff) == 0xbb) {
                buffered.skipNBytes(3);
            } else if (declared.find()) {
                charset = Charset.forName(declared.group(1));
            }
            return new InputStreamReader(buffered, charset);
        } catch (ZipParts.TooLargeException e) {
            throw e.unreadable();
        } catch (IOException e) {
            throw new UnreadableException("damaged: a part of it can't be read", e);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new UnreadableException("damaged: a part of it names an unknown charset", e);
        }
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        // Newer JDKs have limits of their own; depth is counted here, and a document is read alike on all.
        factory.setProperty("jdk.xml.maxElementDepth", 0);
        factory.setProperty("jdk.xml.elementAttributeLimit", 10_000);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("refers to something outside");
        });
        return factory;
    }

    /** Returns the name of the element that the cursor stands on, without its prefix. */
    String name() {
        return reader.getLocalName();
    }

    /** Returns an attribute of the element, whatever its namespace; null where it has none of this name. */
    @Nullable
    String attribute(String name) {
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            if (reader.getAttributeLocalName(i).equals(name)) {
                return reader.getAttributeValue(i);
            }
        }
        return null;
    }

    /** Returns the attribute {@code id} that refers to another part; null where the element has none. */
    @Nullable
    String relation() {
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            String namespace = reader.getAttributeNamespace(i);
            if (namespace != null
                    && namespace.endsWith("/relationships")
                    && reader.getAttributeLocalName(i).equals("id")) {
                return reader.getAttributeValue(i);
            }
        }
        return null;
    }

    /** Visits the children of the element that the cursor stands on, and moves to its end. */
    void children(Visitor visitor) throws UnreadableException {
        children(visitor, text -> {});
    }

    /** Visits the children of the element and the text between them, in order, and moves to its end. */
    void children(Visitor visitor, TextVisitor texts) throws UnreadableException {
        int level = depth;
        while (true) {
            int event = next();
            if (depth < level || event == XMLStreamConstants.END_DOCUMENT) {
                return;
            }
            if (event == XMLStreamConstants.START_ELEMENT) {
                visitor.visit(name());
                while (depth > level) {
                    next();
                }
            } else if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
                texts.visit(reader.getText());
            }
        }
    }

    /** Returns all text in the element, at most so much, and moves to its end. */
    String text(ReadLimits limits) throws UnreadableException {
        StringBuilder text = new StringBuilder();
        int level = depth;
        while (true) {
            int event = next();
            if (depth < level || event == XMLStreamConstants.END_DOCUMENT) {
                return text.toString();
            }
            if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
                text.append(reader.getText());
                limits.check(text);
            }
        }
    }

    private int next() throws UnreadableException {
        try {
            if (!reader.hasNext()) {
                depth = 0;
                return XMLStreamConstants.END_DOCUMENT;
            }
            int event = reader.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                if (++depth > ReadLimits.MAX_DEPTH) {
                    throw new UnreadableException("nested too deeply: more than " + ReadLimits.MAX_DEPTH + " levels");
                }
                if ((++parts & 0x3ff) == 0) {
                    ReadLimits.checkInterrupted();
                }
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                depth--;
            } else if (event == XMLStreamConstants.ENTITY_REFERENCE) {
                throw new UnreadableException("its XML refers to an entity, which is not expanded");
            }
            return event;
        } catch (XMLStreamException e) {
            throw damaged(e);
        }
    }

    private static UnreadableException damaged(XMLStreamException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ZipParts.TooLargeException tooLarge) {
                return tooLarge.unreadable();
            }
            Throwable nested = cause instanceof XMLStreamException xml ? xml.getNestedException() : null;
            if (nested instanceof ZipParts.TooLargeException tooLarge) {
                return tooLarge.unreadable();
            }
        }
        String message = String.valueOf(e.getMessage());
        return message.contains("was referenced, but not declared") || message.contains("entity")
                ? new UnreadableException("its XML refers to an entity, which is not expanded", e)
                : new UnreadableException("damaged: a part of it is not well-formed XML", e);
    }
}
