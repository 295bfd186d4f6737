package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiBits;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/**
 * Goes through all that an index holds: Lucene's own tests of each part ({@link CheckIndex}), every segment, every id. For
 * damage that checksums don't tell: what was wrong when it was written.
 */
final class ContentVerifier {

    private final Runnable pause;
    private final Set<String> checked = new HashSet<>();

    /**
     * Makes one, for several commits that share parts.
     *
     * @param pause called now and then; ends the work by throwing
     */
    ContentVerifier(Runnable pause) {
        this.pause = pause;
    }

    @FunctionalInterface
    private interface Test {
        void run() throws IOException;
    }

    /**
     * Checks one commit.
     *
     * @throws CorruptIndexException if something in it can't be read or does not fit the rest
     */
    void check(DirectoryReader reader) throws IOException {
        for (LeafReaderContext leaf : reader.leaves()) {
            SegmentReader part = (SegmentReader) leaf.reader();
            SegmentCommitInfo info = part.getSegmentInfo();
            if (checked.add(info.info.name + "/" + info.getDelGen())) {
                checkPart(part);
            }
        }
        test("ids", () -> checkIds(reader));
    }

    private void checkPart(SegmentReader part) throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        String name = part.getSegmentName();
        int level = CheckIndex.Level.MIN_LEVEL_FOR_INTEGRITY_CHECKS;
        test(name, () -> CheckIndex.testLiveDocs(part, nowhere, true));
        test(name, () -> CheckIndex.testFieldInfos(part, nowhere, true));
        test(name, () -> CheckIndex.testFieldNorms(part, nowhere, true));
        test(name, () -> CheckIndex.testPostings(part, nowhere, false, level, true));
        test(name, () -> CheckIndex.testStoredFields(part, nowhere, true));
        test(name, () -> CheckIndex.testDocValues(part, nowhere, true));
        test(name, () -> CheckIndex.testVectors(part, nowhere, true));
        test(name, () -> checkRecords(part));
    }

    private void test(String what, Test test) throws IOException {
        pause.run();
        try {
            test.run();
        } catch (RuntimeException e) {
            throw new CorruptIndexException("the content can't be read: " + e, what, e);
        }
    }

    /** Every segment can be read. */
    private void checkRecords(SegmentReader part) throws IOException {
        Fields.Records records = new Fields.Records(part);
        BinaryDocValues tokens = TokenFields.values(part);
        DocIdSetIterator segments =
                new BitSetIterator(MetadataMatcher.all(List.of()).match(part, part.getLiveDocs()), 0);
        for (int doc = segments.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = segments.nextDoc()) {
            records.read(doc);
            if (tokens.advanceExact(doc)) {
                TokenFields.decode(tokens.binaryValue(), part);
            }
        }
    }

    /** Every id is there once. */
    private void checkIds(DirectoryReader reader) throws IOException {
        Terms ids = MultiTerms.getTerms(reader, Fields.ID);
        if (ids == null) {
            return;
        }
        Bits live = MultiBits.getLiveDocs(reader);
        TermsEnum terms = ids.iterator();
        PostingsEnum docs = null;
        for (BytesRef id = terms.next(); id != null; id = terms.next()) {
            docs = terms.postings(docs, PostingsEnum.NONE);
            int found = 0;
            for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
                found += live == null || live.get(doc) ? 1 : 0;
            }
            if (found > 1) {
                throw new CorruptIndexException("a segment is there " + found + " times", reader.toString());
            }
        }
    }
}
