package dev.groundwork.rag.llm;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes small ONNX files: the few messages of its protocol buffers that a test needs. */
final class OnnxGraph {

    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private OnnxGraph() {}

    /** A graph that counts the tokens of the second text, its [SEP] included: the sum of token_type_ids, as [1, 1]. */
    static byte[] sumOfTypes() {
        OnnxGraph graph = new OnnxGraph();
        OnnxGraph toFloat = new OnnxGraph().text(1, "to").number(3, FLOAT).number(20, 2);
        graph.message(1, node("Cast", "types", "token_type_ids").message(5, toFloat));
        OnnxGraph axes = new OnnxGraph().text(1, "axes").number(8, 1).number(20, 7);
        graph.message(1, node("ReduceSum", "logits", "types").message(5, axes));
        graph.text(2, "g");
        for (String input : new String[] {"input_ids", "attention_mask", "token_type_ids"}) {
            graph.message(11, value(input, INT64, 1, -1));
        }
        graph.message(12, value("logits", FLOAT, 1, 1));
        return model(graph);
    }

    /**
     * A model of floats whose token vectors are {@code sin(id * (i + 1)) + tokens of the text that are not masked}: what is not of
     * a text must not show in its vector.
     *
     * @param batch how many texts a run takes, -1 for any number
     */
    static byte[] sines(int vocabulary, int dimension, int batch) {
        ByteBuffer values =
                ByteBuffer.allocate(vocabulary * dimension * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int id = 0; id < vocabulary; id++) {
            for (int i = 0; i < dimension; i++) {
                values.putFloat((float) Math.sin(id * (i + 1)));
            }
        }
        OnnxGraph graph = new OnnxGraph();
        graph.message(1, node("Gather", "own", "table", "input_ids"));
        OnnxGraph toFloat = new OnnxGraph().text(1, "to").number(3, FLOAT).number(20, 2);
        graph.message(1, node("Cast", "mask", "attention_mask").message(5, toFloat));
        OnnxGraph second = new OnnxGraph().text(1, "axes").number(8, 1).number(20, 7);
        graph.message(1, node("ReduceSum", "count", "mask").message(5, second));
        OnnxGraph third = new OnnxGraph().text(1, "axes").number(8, 2).number(20, 7);
        graph.message(1, node("Unsqueeze", "counts", "count").message(5, third));
        graph.message(1, node("Add", "last_hidden_state", "own", "counts"));
        graph.text(2, "g");
        graph.message(
                5,
                new OnnxGraph()
                        .number(1, vocabulary)
                        .number(1, dimension)
                        .number(2, FLOAT)
                        .text(8, "table")
                        .bytes(9, values.array()));
        graph.message(11, value("input_ids", INT64, batch, -1));
        graph.message(11, value("attention_mask", INT64, batch, -1));
        graph.message(12, value("last_hidden_state", FLOAT, batch, -1, dimension));
        return model(graph);
    }

    private static OnnxGraph node(String operator, String output, String... inputs) {
        OnnxGraph node = new OnnxGraph();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(4, operator);
    }

    private static byte[] model(OnnxGraph graph) {
        OnnxGraph model = new OnnxGraph().number(1, 7);
        model.message(7, graph);
        model.message(8, new OnnxGraph().text(1, "").number(2, 11));
        return model.out.toByteArray();
    }

    private static OnnxGraph value(String name, int type, int... shape) {
        OnnxGraph dimensions = new OnnxGraph();
        Arrays.stream(shape)
                .forEach(size -> dimensions.message(
                        1, size < 0 ? new OnnxGraph().text(2, "n") : new OnnxGraph().number(1, size)));
        OnnxGraph tensor = new OnnxGraph().number(1, type).message(2, dimensions);
        return new OnnxGraph().text(1, name).message(2, new OnnxGraph().message(1, tensor));
    }

    private OnnxGraph number(int field, long value) {
        varint((long) field << 3);
        varint(value);
        return this;
    }

    private OnnxGraph text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    private OnnxGraph message(int field, OnnxGraph message) {
        return bytes(field, message.out.toByteArray());
    }

    private OnnxGraph bytes(int field, byte[] value) {
        varint((long) field << 3 | 2);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
