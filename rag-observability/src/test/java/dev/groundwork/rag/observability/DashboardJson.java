package dev.groundwork.rag.observability;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the dashboard as Grafana imports it. */
final class DashboardJson {

    private DashboardJson() {}

    /** Returns the dashboard as Grafana imports it. */
    static String json() {
        List<Object> panels = new ArrayList<>();
        int id = 1;
        int y = 0;
        for (Dashboard.Row row : Dashboard.rows()) {
            panels.add(map(
                    "id",
                    id++,
                    "type",
                    "row",
                    "title",
                    row.title(),
                    "collapsed",
                    false,
                    "panels",
                    List.of(),
                    "gridPos",
                    map("h", 1, "w", 24, "x", 0, "y", y)));
            y++;
            int column = 0;
            for (Dashboard.Panel panel : row.panels()) {
                panels.add(panel(id++, panel, map("h", 8, "w", 8, "x", column * 8, "y", y)));
                column = (column + 1) % 3;
                y += column == 0 ? 8 : 0;
            }
            y += column == 0 ? 0 : 8;
        }
        Map<String, Object> dashboard = map(
                "uid",
                "groundwork",
                "title",
                "Groundwork",
                "description",
                "Every hop of every question. Made by code from the library's registry of metrics.",
                "tags",
                List.of("groundwork", "rag"),
                "schemaVersion",
                39,
                "editable",
                true,
                "refresh",
                "30s",
                "time",
                map("from", "now-1h", "to", "now"),
                "templating",
                map(
                        "list",
                        List.of(
                                map(
                                        "name",
                                        "datasource",
                                        "label",
                                        "Data source",
                                        "type",
                                        "datasource",
                                        "query",
                                        "prometheus"),
                                map(
                                        "name",
                                        "pipeline",
                                        "label",
                                        "Pipeline",
                                        "type",
                                        "query",
                                        "datasource",
                                        source(),
                                        "query",
                                        Dashboard.variable(),
                                        "definition",
                                        Dashboard.variable(),
                                        "refresh",
                                        2,
                                        "sort",
                                        1,
                                        "multi",
                                        true,
                                        "includeAll",
                                        true,
                                        "allValue",
                                        ".*",
                                        "current",
                                        map("text", "All", "value", "$__all")))),
                "panels",
                panels);
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE.withLinefeed("\n"));
        printer.indentObjectsWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE.withLinefeed("\n"));
        try {
            return new ObjectMapper().writer(printer).writeValueAsString(dashboard) + "\n";
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Object> source() {
        return map("type", "prometheus", "uid", "${datasource}");
    }

    private static Map<String, Object> panel(int id, Dashboard.Panel panel, Map<String, Object> position) {
        List<Object> targets = new ArrayList<>();
        for (Dashboard.Query query : panel.queries()) {
            targets.add(map(
                    "refId",
                    String.valueOf((char) ('A' + targets.size())),
                    "datasource",
                    source(),
                    "expr",
                    query.promql(),
                    "legendFormat",
                    query.legend(),
                    "range",
                    true));
        }
        return map(
                "id",
                id,
                "type",
                "timeseries",
                "title",
                panel.title(),
                "description",
                panel.description(),
                "datasource",
                source(),
                "gridPos",
                position,
                "fieldConfig",
                map(
                        "defaults",
                        map("unit", panel.unit(), "min", null, "custom", map("fillOpacity", 10, "showPoints", "never")),
                        "overrides",
                        List.of()),
                "options",
                map(
                        "legend",
                        map("displayMode", "list", "placement", "bottom"),
                        "tooltip",
                        map("mode", "multi", "sort", "desc")),
                "targets",
                targets);
    }

    private static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i + 1] != null) {
                map.put((String) pairs[i], pairs[i + 1]);
            }
        }
        return map;
    }
}
