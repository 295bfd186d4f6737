package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.DocumentSource;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RetrievalFailedException;
import dev.groundwork.rag.SourceDocument;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The dashboard and the alert rules that are kept with the sources, against what a real scrape has. */
class DashboardsTest {

    private static final Path DASHBOARD = Path.of("grafana", "groundwork.json");
    private static final Path ALERTS = Path.of("prometheus", "groundwork-alerts.yml");
    private static final Path ALERT_TESTS = Path.of("prometheus", "groundwork-alerts-test.yml");

    private static final Pattern SERIES =
            Pattern.compile("\\b((?:rag|gen_ai)_[a-z0-9_]+)(?=[\\[{)\\s,]|$)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(?:=~|!~|!=|=)\"[^\"]*\"");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on|without|ignoring) ?\\(([^)]*)\\)");
    private static final Pattern LEGEND = Pattern.compile("\\{\\{ ?(?:\\$labels\\.)?([a-z_]+) ?}}");

    @Test
    void theFilesAreWhatTheCodeMakes() throws IOException {
        Golden.check(DASHBOARD, DashboardJson.json());
        Golden.check(ALERTS, Alerts.yaml());
    }

    /** Runs a real pipeline, well and with faults, and returns what the Prometheus binding says of it. */
    private static Scrape realScrape() {
        Binding.Bound bound = Binding.PROMETHEUS.open();
        MetricsListener listener = MetricsListener.to(bound.sink());
        World world = new World();
        SloMonitor slos =
                SloMonitor.builder().slo(Slo.errors(0.99)).listener(listener).build(() -> 0, false);
        HealthMonitor health = HealthMonitor.builder().listener(listener).build();
        try (Rag rag = world.rag()
                        .listener(listener)
                        .listener(slos)
                        .listener(health)
                        .build();
                health;
                ProcessMetrics process = ProcessMetrics.to(bound.sink())
                        .rag(rag)
                        .index("docs", world.index)
                        .pool(world.pool)
                        .model("bge", () -> 34_000_000)
                        .slos(slos)
                        .build(false)) {
            health.watch(rag);
            rag.ingest(new DocumentSource() {
                @Override
                public String name() {
                    return "none";
                }

                @Override
                public void visit(Consumer<? super SourceDocument> visitor) {}
            });
            rag.ask("When?");
            rag.search("When?");
            world.found = 0;
            rag.ask("When?");
            world.indexFails = true;
            assertThatThrownBy(() -> rag.ask(Question.of("When?"))).isInstanceOf(RetrievalFailedException.class);
            world.indexFails = false;
            process.read();
        }
        if (ResidentMemory.read().isEmpty()) { // not every system tells it
            bound.sink().gauge(Metric.MEMORY_RESIDENT.metricName(), Map.of("kind", "anonymous"), 1);
        }
        QualityMetrics quality = QualityMetrics.to(bound.sink());
        quality.score("mrr", QualityMetrics.Stage.RERANKED, 0.5);
        quality.drift("scores", 0.1, 0.2);
        quality.topic("keys");
        return Scrape.parse(bound.scrape().get());
    }

    private static List<String> problems(String promql, Scrape scrape) {
        List<String> problems = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        String bare = promql.replaceAll("\"[^\"]*\"", "\"\"").replaceAll("\\b(?:by|on) ?\\([^)]*\\)", "");
        Matcher names0 = SERIES.matcher(bare);
        while (names0.find()) {
            names.add(Objects.requireNonNull(names0.group(1)));
        }
        Matcher series = SERIES.matcher(promql.replaceAll("\\b(?:by|on) ?\\([^)]*\\)", ""));
        while (series.find()) {
            Set<String> labels = scrape.labels().get(series.group(1));
            if (labels == null) {
                problems.add("no series " + series.group(1) + ": " + promql);
                continue;
            }
            Matcher matcher = MATCHER.matcher(Objects.requireNonNullElse(series.group(2), ""));
            while (matcher.find()) {
                if (!labels.contains(matcher.group(1))) {
                    problems.add(series.group(1) + " has no label " + matcher.group(1) + ": " + promql);
                }
            }
        }
        if (names.isEmpty()) {
            problems.add("asks for nothing: " + promql);
        }
        Matcher grouping = GROUPING.matcher(promql);
        while (grouping.find()) {
            for (String label : Objects.requireNonNull(grouping.group(1)).split(",", -1)) {
                for (String name : names) {
                    if (!scrape.labels().getOrDefault(name, Set.of()).contains(label.strip())) {
                        problems.add(name + " has no label " + label + ": " + promql);
                    }
                }
            }
        }
        return problems;
    }

    /** Labels that a text names must be left over by the query's grouping. */
    private static List<String> legendProblems(String legend, String promql) {
        List<String> problems = new ArrayList<>();
        Matcher label = LEGEND.matcher(legend);
        while (label.find()) {
            String name = Objects.requireNonNull(label.group(1));
            boolean kept = GROUPING.matcher(promql)
                    .results()
                    .anyMatch(grouping ->
                            Set.of(grouping.group(1).split(", ", -1)).contains(name));
            if (!kept) {
                problems.add("'" + legend + "' names " + name + ", which is not in " + promql);
            }
        }
        return problems;
    }

    @Test
    void everyPanelAsksForSeriesAndLabelsThatARealScrapeHas() {
        Scrape scrape = realScrape();
        List<String> problems = new ArrayList<>(problems(Dashboard.variable(), scrape));
        for (Dashboard.Row row : Dashboard.rows()) {
            for (Dashboard.Panel panel : row.panels()) {
                for (Dashboard.Query query : panel.queries()) {
                    problems.addAll(problems(query.promql(), scrape));
                    problems.addAll(legendProblems(query.legend(), query.promql()));
                }
            }
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void everyRuleAsksForSeriesAndLabelsThatARealScrapeHas() {
        Scrape scrape = realScrape();
        List<String> problems = new ArrayList<>();
        for (Alerts.Rule rule : Alerts.rules()) {
            problems.addAll(problems(rule.promql(), scrape));
            problems.addAll(legendProblems(rule.summary(), rule.promql()));
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void aQueryForWhatIsNotThereIsFound() {
        Scrape scrape = realScrape();
        assertThat(problems("sum(rate(rag_nothing_total[5m]))", scrape)).hasSize(1);
        assertThat(problems("sum by (user) (rag_query_active)", scrape)).hasSize(1);
        assertThat(problems("rag_query_active{user=\"x\"}", scrape)).hasSize(1);
        assertThat(problems("rag_query_duration_seconds", scrape)).hasSize(1);
        assertThat(problems("vector(1)", scrape)).hasSize(1);
        assertThat(problems("sum by (pipeline) (rag_query_active{pipeline=~\"a,b\"}) > 0", scrape))
                .isEmpty();
        assertThat(legendProblems("{{hop}}", "sum by (pipeline) (rag_query_active)"))
                .hasSize(1);
        assertThat(legendProblems("{{ $labels.pipeline }}", "sum by (pipeline) (rag_query_active)"))
                .isEmpty();
    }

    @Test
    void theDashboardShowsEveryMetric() {
        String dashboard = DashboardJson.json();
        for (Metric metric : Metric.values()) {
            assertThat(dashboard).contains(metric.prometheusName());
        }
    }

    private static Optional<Path> promtool() {
        return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "promtool"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static void promtool(String... arguments) throws IOException, InterruptedException {
        Optional<Path> tool = promtool();
        Assumptions.assumeTrue(tool.isPresent(), "promtool is not on the PATH: Debian has it in 'prometheus'");
        List<String> command = new ArrayList<>(List.of(tool.orElseThrow().toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    @Test
    void prometheusTakesTheRules() throws Exception {
        promtool("check", "rules", ALERTS.toString());
    }

    @Test
    void theRulesPassTheirTests() throws Exception {
        promtool("test", "rules", ALERT_TESTS.toString());
    }

    @Test
    void everyRuleHasATest() throws IOException {
        String tests = Files.readString(ALERT_TESTS);
        for (Alerts.Rule rule : Alerts.rules()) {
            assertThat(tests.split("alertname: " + rule.name() + "\\b", -1).length - 1)
                    .as("%s must have a test in which it fires and one in which it does not", rule.name())
                    .isGreaterThanOrEqualTo(2);
        }
    }
}
