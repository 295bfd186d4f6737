package dev.groundwork.rag.lucene.ingest;

/**
 * Word, PowerPoint and Excel documents since 2007, strict or transitional, told apart by what they hold. They are read
 * from front to end with a streaming parser, as large ones would fill the heap as objects.
 */
final class OfficeReader implements DocumentReader {

    @Override
    public DocumentText read(byte[] content, ReadLimits limits) throws UnreadableException {
        try (ZipParts zip = ZipParts.open(content, "an office document", limits)) {
            OfficeParts parts = new OfficeParts(zip, limits);
            String main = parts.main();
            String[] root = {""};
            parts.xml(main, cursor -> root[0] = cursor.name());
            return switch (root[0]) {
                case "document" -> new WordReading(parts, limits).read(main);
                case "presentation" -> new SlidesReading(parts, limits).read(main);
                case "workbook" -> new SheetsReading(parts, limits).read(main);
                default -> throw new UnreadableException("an office document of a kind that is not read: " + root[0]);
            };
        }
    }
}
