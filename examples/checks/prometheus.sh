#!/usr/bin/env bash
# A real Prometheus server watches a real process: bash examples/checks/prometheus.sh [FOLDER]
# Starts both, and shows that the scrape parses, that the alert rules load, and that every query of the Grafana dashboard
# returns data. FOLDER holds the Markdown files that the process answers from; this project's own where there is none.
# Exits 1 if something is not as it should be; where no Prometheus is installed it says so, and exits 0.
set -u

here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -P "$here/../.." && pwd)
dashboard=$root/rag-observability/grafana/groundwork.json
rules=$root/rag-observability/prometheus/groundwork-alerts.yml
patience=120
failures=0

for tool in prometheus promtool curl; do
  if ! command -v "$tool" >/dev/null; then
    echo "prometheus: left out, since there is no '$tool'; on Debian: apt-get install prometheus curl"
    exit 0
  fi
done

work=$(mktemp -d "${TMPDIR:-/tmp}/rag-prometheus.XXXXXX") || exit 1
process=
server=
end() {
  [ -n "$process" ] && kill "$process" 2>/dev/null
  [ -n "$server" ] && kill "$server" 2>/dev/null
  wait 2>/dev/null
  rm -rf "$work"
}
trap end EXIT

ok() { printf 'ok    %s\n' "$*"; }

bad() {
  failures=$((failures + 1))
  printf 'WRONG %s\n' "$*"
}

# Waits until a command succeeds.
until_works() {
  local left=$patience
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 1
  done
}

folder=${1:-}
if [ -z "$folder" ]; then
  folder=$work/docs
  mkdir "$folder"
  for file in "$root"/README.md "$root"/*/README.md; do
    [ -f "$file" ] && cp "$file" "$folder/$(basename "$(dirname "$file")").md"
  done
fi

# --- The process ------------------------------------------------------------------------------------------------------

"$root/examples/rag" --version >/dev/null || exit 1
"$root/examples/monitored" "$folder" 0 >"$work/process.log" 2>&1 &
process=$!
if ! until_works grep -q '^metrics at' "$work/process.log"; then
  cat "$work/process.log" >&2
  bad "the process did not start"
  exit 1
fi
url=$(sed -n 's/^metrics at \(http[^,]*\),.*/\1/p' "$work/process.log")
target=${url#http://}
target=${target%/metrics}
ok "the process serves $url"

# --- The server -------------------------------------------------------------------------------------------------------

cat >"$work/prometheus.yml" <<YAML
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: ['$rules']
scrape_configs:
  - job_name: groundwork
    static_configs:
      - targets: ['$target']
YAML
for try in 1 2 3; do
  port=$((20000 + RANDOM % 20000))
  prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
    --web.listen-address="127.0.0.1:$port" >"$work/server.log" 2>&1 &
  server=$!
  api=http://127.0.0.1:$port/api/v1
  left=20
  until curl -sf "http://127.0.0.1:$port/-/ready" >/dev/null 2>&1; do
    left=$((left - 1))
    if [ "$left" -eq 0 ] || ! kill -0 "$server" 2>/dev/null; then
      kill "$server" 2>/dev/null
      server=
      break
    fi
    sleep 1
  done
  [ -n "$server" ] && break
done
if [ -z "$server" ]; then
  tail -n 5 "$work/server.log" >&2
  bad "Prometheus did not start in $try tries"
  exit 1
fi
ok "$(prometheus --version 2>&1 | head -n 1 | cut -d '(' -f 1)"

# --- What it says -----------------------------------------------------------------------------------------------------

up() { curl -sf --data-urlencode 'query=up == 1' "$api/query" | grep -q '"value"'; }
if until_works up; then
  ok "the scrape parses: $(curl -sf "$url" | grep -vc '^#') series"
else
  bad "the scrape fails: $(curl -sf "$api/targets" | sed -n 's/.*"lastError":"\([^"]*\)".*/\1/p')"
fi
if curl -sf "$url" | promtool check metrics >"$work/lint" 2>&1; then
  ok "promtool finds nothing wrong with the metrics"
else
  # It exits 3 where it only has advice.
  sed 's/^/      /' "$work/lint"
  ok "promtool has advice for the metrics"
fi

expected=$(grep -c -- '- alert:' "$rules")
loaded=$(curl -sf "$api/rules" | grep -o '"type":"alerting"' | wc -l)
sick=$(curl -sf "$api/rules" | grep -o '"health":"err"' | wc -l)
if [ "$loaded" -eq "$expected" ] && [ "$sick" -eq 0 ]; then
  ok "$loaded alert rules are loaded"
else
  bad "$loaded of $expected alert rules are loaded, $sick of them fail"
fi

# A query returns data where one of its values is a number.
answers() {
  curl -sf --data-urlencode "query=$1" "$api/query" >"$work/answer" &&
    grep -q '"status":"success"' "$work/answer" &&
    grep -oE '"value":\[[0-9.]+,"[^"]*"\]' "$work/answer" | grep -qv '"NaN"'
}

grep -oE '"expr" : ".*"' "$dashboard" |
  sed -e 's/^"expr" : "//' -e 's/"$//' -e 's/\\"/"/g' \
    -e 's/\$__rate_interval/1m/g' -e 's/\$pipeline/.*/g' >"$work/queries"
total=$(wc -l <"$work/queries")
left=$patience
while :; do
  : >"$work/empty"
  while IFS= read -r query; do
    answers "$query" || printf '%s\n' "$query" >>"$work/empty"
  done <"$work/queries"
  [ -s "$work/empty" ] || break
  left=$((left - 5))
  [ "$left" -gt 0 ] || break
  sleep 5
done
if [ "$total" -gt 0 ] && [ ! -s "$work/empty" ]; then
  ok "all $total queries of the dashboard return data"
else
  bad "$(wc -l <"$work/empty") of $total queries of the dashboard return no data:"
  sed 's/^/      /' "$work/empty"
fi

if [ "$failures" -gt 0 ]; then
  echo "$failures things are wrong"
  exit 1
fi
echo "all is well"
