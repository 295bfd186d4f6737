package dev.groundwork.rag.llm.pool;

import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A chat model with how a pool may use it. Immutable; it holds no state, so one may be in several pools.
 *
 * <pre>{@code
 * PoolMember.of("west", model)
 *         .streaming(streamingModel)
 *         .limits(Limits.none().requestsPerMinute(500).tokensPerMinute(200_000))
 *         .build();
 * }</pre>
 *
 * <p>A model under a pool should not retry by itself ({@code maxRetries(0)}): the pool does, elsewhere, within the
 * caller's time.
 */
public final class PoolMember {

    /** What a request may need that not every model can do. */
    public enum Feature {
        /** Calls of tools. */
        TOOLS,
        /** Answers that follow a JSON schema. */
        JSON_SCHEMA,
        /** Images, and whatever else is no text, in the prompt. */
        IMAGES
    }

    /** A cheap question to a provider whether it is well, such as a list of its models. */
    @FunctionalInterface
    public interface HealthCheck {

        /**
         * Asks. May block; is interrupted after some seconds.
         *
         * @throws Exception if it is not well
         */
        void check() throws Exception;
    }

    private final Builder settings;
    private final Set<Feature> features;
    private final String provider;
    private final String modelName;

    private PoolMember(Builder builder) {
        this.settings = builder;
        this.features = featuresOf(builder);
        this.provider = providerOf(builder.model);
        this.modelName = modelOf(builder.model);
    }

    private static Set<Feature> featuresOf(Builder builder) {
        EnumSet<Feature> features = EnumSet.allOf(Feature.class);
        features.removeAll(builder.lacks);
        return features;
    }

    /**
     * Returns a builder.
     *
     * @param name how it is called in replies, errors, events and states; unique in a pool, no secret in it
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder of(String name, ChatModel model) {
        return new Builder(name, model);
    }

    /** Returns its name. */
    public String name() {
        return settings.name;
    }

    ChatModel model() {
        return settings.model;
    }

    /** Returns who runs the model, by OpenTelemetry's name; empty where not known. */
    String provider() {
        return provider;
    }

    /** Models of others may answer {@code null} to anything. */
    @SuppressWarnings("ConstantValue")
    private static String providerOf(ChatModel model) {
        ModelProvider provider = model.provider();
        if (provider == null) {
            return "";
        }
        return switch (provider) {
            case OPEN_AI -> "openai";
            case ANTHROPIC, GOOGLE_VERTEX_AI_ANTHROPIC -> "anthropic";
            case AMAZON_BEDROCK -> "aws.bedrock";
            case AZURE_OPEN_AI -> "azure.ai.openai";
            case MICROSOFT_FOUNDRY, GITHUB_MODELS -> "azure.ai.inference";
            case GOOGLE_AI_GEMINI -> "gcp.gemini";
            case GOOGLE_GENAI -> "gcp.gen_ai";
            case GOOGLE_VERTEX_AI_GEMINI -> "gcp.vertex_ai";
            case WATSONX -> "ibm.watsonx.ai";
            case OTHER -> "";
            default -> provider.name().toLowerCase(Locale.ROOT);
        };
    }

    /** Returns the model that is asked for; empty where not known. */
    String modelName() {
        return modelName;
    }

    /** Models of others may answer {@code null} to anything. */
    @SuppressWarnings("ConstantValue")
    private static String modelOf(ChatModel model) {
        ChatRequestParameters parameters = model.defaultRequestParameters();
        String name = parameters == null ? null : parameters.modelName();
        return name == null ? "" : name;
    }

    @Nullable
    StreamingChatModel streaming() {
        return settings.streaming;
    }

    @Nullable
    Integer tier() {
        return settings.tier;
    }

    double weight() {
        return settings.weight;
    }

    Limits limits() {
        return settings.limits;
    }

    @Nullable
    String quotaGroup() {
        return settings.quotaGroup;
    }

    @Nullable
    Price price() {
        return settings.price;
    }

    int contextTokens() {
        return settings.contextTokens;
    }

    boolean obeysInterruption() {
        return settings.obeysInterruption;
    }

    @Nullable
    HealthCheck healthCheck() {
        return settings.healthCheck;
    }

    @Nullable
    ApiKey apiKey() {
        return settings.apiKey;
    }

    Set<Feature> features() {
        return features;
    }

    /** Models of others may answer {@code null} to anything. */
    @SuppressWarnings("ConstantValue")
    Set<Capability> capabilities() {
        Set<Capability> own = settings.model.supportedCapabilities();
        return own == null ? Set.of() : own;
    }

    Builder toBuilder() {
        return settings.copy();
    }

    @Override
    public String toString() {
        return "PoolMember[" + settings.name + "]";
    }

    /** Collects what a member is; not thread-safe. */
    public static final class Builder {

        private final String name;
        private final ChatModel model;
        private @Nullable StreamingChatModel streaming;
        private @Nullable Integer tier;
        private double weight = 1;
        private Limits limits = Limits.none();
        private @Nullable String quotaGroup;
        private @Nullable Price price;
        private int contextTokens;
        private boolean obeysInterruption;
        private @Nullable HealthCheck healthCheck;
        private @Nullable ApiKey apiKey;
        private final Set<Feature> lacks = EnumSet.noneOf(Feature.class);

        private Builder(String name, ChatModel model) {
            this.name = Checks.notBlank("name", name);
            this.model = Objects.requireNonNull(model, "model");
            this.streaming = model instanceof StreamingChatModel both ? both : null;
        }

        private Builder copy() {
            Builder copy = new Builder(name, model);
            copy.streaming = streaming;
            copy.tier = tier;
            copy.weight = weight;
            copy.limits = limits;
            copy.quotaGroup = quotaGroup;
            copy.price = price;
            copy.contextTokens = contextTokens;
            copy.obeysInterruption = obeysInterruption;
            copy.healthCheck = healthCheck;
            copy.apiKey = apiKey;
            copy.lacks.addAll(lacks);
            return copy;
        }

        /** Sets what serves streams; without it, and where the model does not stream itself, streams come as one piece. */
        public Builder streaming(@Nullable StreamingChatModel value) {
            streaming = value;
            return this;
        }

        /**
         * Sets how preferred it is: members of tier 0 are asked before those of tier 1, which serve what the first can't.
         * 0 to 1,000; without it, behind all that were added before.
         */
        public Builder tier(int value) {
            tier = (int) Checks.range("tier", value, 0, 1_000);
            return this;
        }

        /** Sets its share among the members of its tier; above 0, at most 1,000. 1 by default. */
        public Builder weight(double value) {
            weight = Checks.range("weight", value, Double.MIN_VALUE, 1_000);
            return this;
        }

        /** Sets what it may be asked for; no limit by default. */
        public Builder limits(Limits value) {
            limits = Objects.requireNonNull(value, "limits");
            return this;
        }

        /**
         * Sets the quota that it shares: members of one group cool down together, and together keep the limits that
         * {@link ChatModelPool.Builder#quotaGroup} sets. A quota of its own by default.
         */
        public Builder quotaGroup(String value) {
            quotaGroup = Checks.notBlank("quotaGroup", value);
            return this;
        }

        /** Sets what its tokens cost; nothing by default. */
        public Builder price(Price value) {
            price = Objects.requireNonNull(value, "price");
            return this;
        }

        /**
         * Sets how many tokens fit into prompt and answer; 1 or more. A prompt that is too long for one member goes to one
         * with more, and only where both numbers are known.
         */
        public Builder contextTokens(int value) {
            contextTokens = (int) Checks.range("contextTokens", value, 1, Integer.MAX_VALUE);
            return this;
        }

        /** Says that it can't do this, so that requests that need it go elsewhere. It can do everything by default. */
        public Builder without(Feature feature) {
            lacks.add(feature);
            return this;
        }

        /**
         * Says that its {@code chat} returns at once when its thread is interrupted. Then calls run on the caller's own
         * thread, which is cheaper; if it is not so, they outlast their deadline. Not by default.
         */
        public Builder obeysInterruption(boolean value) {
            obeysInterruption = value;
            return this;
        }

        /**
         * Sets what is asked when a rest after failures ends, so that no caller's request has to try. Without it, the
         * next request does.
         */
        public Builder healthCheck(HealthCheck value) {
            healthCheck = Objects.requireNonNull(value, "healthCheck");
            return this;
        }

        Builder apiKey(ApiKey value) {
            apiKey = value;
            return this;
        }

        /** Returns the member. */
        public PoolMember build() {
            return new PoolMember(copy());
        }
    }
}
