/** A process whose every hop is watched by Prometheus and Grafana: start at {@link dev.groundwork.rag.examples.monitored.Monitored}. */
@NullMarked
package dev.groundwork.rag.examples.monitored;

import org.jspecify.annotations.NullMarked;
