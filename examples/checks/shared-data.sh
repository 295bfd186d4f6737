#!/usr/bin/env bash
# Tries the command line as a user would, on real documents: bash examples/checks/shared-data.sh [DATA_DIR]
# Prints what it saw, and exits 1 if any of it is not as it should be.
set -u

here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rag=$here/../rag
data=$(cd -P "${1:-$here/../../../shared/data}" 2>/dev/null && pwd)
prometheus=$data/documents/prometheus
mixed=$data/documents/mixed
question="What does the rate function do?"
failures=0

for folder in "$prometheus" "$mixed"; do
  if [ ! -d "$folder" ]; then
    echo "shared-data: no folder $folder" >&2
    exit 1
  fi
done

work=$(mktemp -d "${TMPDIR:-/tmp}/rag-check.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

# Nothing may hang: what takes longer than this has failed.
limit=()
command -v timeout >/dev/null && limit=(timeout 600)

# Runs rag; leaves its exit code in "code", its outputs in $work/out and $work/err, its time in "millis".
run() {
  local start=${EPOCHREALTIME/[.,]/}
  ${limit[@]+"${limit[@]}"} "$rag" "$@" >"$work/out" 2>"$work/err" </dev/null
  code=$?
  millis=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
}

ok() { printf 'ok    %s\n' "$*"; }

bad() {
  failures=$((failures + 1))
  printf 'WRONG %s\n' "$*"
  head -n 5 "$work/out" | cut -c 1-300 | sed 's/^/      out: /'
  head -n 5 "$work/err" | cut -c 1-300 | sed 's/^/      err: /'
}

# expect CODE WHAT: the last run ended with that exit code.
expect() {
  if [ "$code" -eq "$1" ]; then ok "$2: exit $code"; else bad "$2: exit $code, expected $1"; fi
}

# shows PATTERN WHAT: its standard output has a line like this.
shows() {
  if grep -qE "$1" "$work/out"; then ok "$2"; else bad "$2: nothing like '$1' in the output"; fi
}

# refuses CODE PATTERN WHAT: it failed with that code, with one line that says why, without a stack trace.
refuses() {
  local lines
  lines=$(grep -c . "$work/err")
  if [ "$code" -eq "$1" ] && [ "$lines" -eq 1 ] && grep -qiE "$2" "$work/err" && ! grep -qE '^[[:space:]]+at ' "$work/err"; then
    ok "$3: exit $code, $(cut -c 1-140 "$work/err")"
  else
    bad "$3: exit $code, expected $1; $lines lines of error, expected one like '$2'"
  fi
}

# The launcher builds what is missing now, so that no time below counts it.
run --version
expect 0 "launcher"

echo "-- a question to a folder"
run ask --docs "$prometheus" "$question"
expect 0 "ask --docs prometheus"
shows 'per.second|increas' "the answer says what rate does"
shows '^ +\[1\] .*\.md:[0-9]+' "the answer cites file and lines"
sed -n '1,2p' "$work/out" | cut -c 1-200 | sed 's/^/      /'
cited=$(sed -nE 's/^ +\[1\] (.*\.md):[0-9].*/\1/p' "$work/out" | head -n 1)
if [ -f "$cited" ]; then ok "the cited file can be opened"; else bad "there is no file '$cited'"; fi

echo "-- a second question to a saved index"
run ingest --index "$work/index" "$prometheus"
expect 0 "ingest: $(head -n 1 "$work/out")"
best=1000000
for _ in 1 2 3; do
  run ask --index "$work/index" "$question"
  [ "$millis" -lt "$best" ] && best=$millis
done
expect 0 "ask --index"
if [ "$best" -lt 3000 ]; then
  ok "answered in $best ms from process start (best of 3)"
else
  bad "answered in $best ms from process start (best of 3), expected less than 3000"
fi
run ingest --index "$work/index" "$prometheus"
shows '^0 added, 0 updated' "unchanged files are passed over, in $millis ms"

echo "-- documents of all kinds, some unreadable on purpose"
run ask --json --docs "$mixed" "What do ducks eat?"
expect 0 "ask --docs mixed in $millis ms"
shows '"answer":"[^"]*aquatic plants' "the answer says what ducks eat"
files=$(find "$mixed" -type f ! -path '*/.*' | wc -l | tr -d ' ')
added=$(grep -oE '"added":[0-9]+' "$work/out" | head -n 1 | tr -dc 0-9)
grep -oE '\{"source":"[^"]*","reason":"[^"]+"' "$work/out" | sed -E 's/\{"source":"([^"]*)".*/\1/' | sort >"$work/failed"
failed=$(wc -l <"$work/failed" | tr -d ' ')
if [ "$((${added:-0} + failed))" -eq "$files" ] && [ -z "$(uniq -d "$work/failed")" ]; then
  ok "$files files: $added read, one record for each of the other $failed"
else
  bad "$files files, but ${added:-0} read and $failed records"
fi
unread=$(grep -E '\.(docx|pptx|xlsx)$' "$work/failed" | head -n 3)
if [ -z "$unread" ]; then ok "every office file was read"; else bad "office files that were not read: $unread"; fi
if [ "$(grep -c '^not read: ' "$work/err")" -eq "$failed" ]; then
  ok "each is a line on standard error"
else
  bad "not every one of the $failed is a line on standard error"
fi

echo "-- trec_eval's own output, cell by cell"
cuts="5 10 15 20 30 100 200 500 1000"
metrics=map,ndcg,recip_rank,set_P,set_recall,success_1,success_5,success_10
for cut in $cuts; do metrics+=,P_$cut,recall_$cut,ndcg_cut_$cut,map_cut_$cut; done
# cells RUN QRELS REFERENCE [OPTION]...: every value of the reference tool that has a name of ours is ours as well.
cells() {
  local reference=$data/trec_eval/$3 report
  run eval --judge "$data/trec_eval/$1" --qrels "$data/trec_eval/$2" --metrics "$metrics" --per-topic "${@:4}"
  report=$(awk -v names=",$metrics," '
    NR == FNR { ours[$1, $2] = $3; next }
    index(names, "," $1 ",") { cells++; if (ours[$1, $2] != $3) { wrong++; print $1, $2, $3, "but", ours[$1, $2] } }
    END { print cells + 0, wrong + 0 }' "$work/out" "$reference")
  if [ "$(echo "$report" | tail -n 1 | cut -d ' ' -f 2)" = 0 ] && [ "${report%% *}" -ge 88 ]; then
    ok "$1: ${report%% *} values are those of $3"
  else
    bad "$1: not as in $3: $(echo "$report" | tail -n 3 | tr '\n' ';')"
  fi
}
cells results.test qrels.test out.test.aq
cells results.test qrels.rel_level out.test.aql --relevant-from 2
cells results.trunc qrels.test out.test.aqc

echo "-- a collection"
run eval --json --hops --data "$data/xquad_en" --run "$work/run" --compare bm25 --cache "$work/vectors"
expect 0 "eval --data xquad_en"
shows '"ndcg@10":0\.9[78]' "nDCG@10 is $(grep -oE '"ndcg@10":[0-9.]+' "$work/out" | head -n 1 | cut -d : -f 2)"
run eval --judge "$work/run" --qrels "$data/xquad_en/qrels.tsv" --metrics ndcg@10
shows '^ndcg@10 +.*all.*0\.9[78]' "the run judged by itself says the same"

echo "-- bad input"
run ask --docs "$work/missing" "$question"
refuses 1 'no such file or folder' "a missing path"
run ask --index "$prometheus" "$question"
refuses 1 'index' "an index folder that is none"
run ask --index "$work/index" ""
refuses 2 'empty' "an empty question"
head -c 10485760 /dev/zero | tr '\0' 'a' >"$work/long.txt"
run ask --index "$work/index" "@$work/long.txt"
refuses 2 'characters' "a question of 10 MB"
run search --index "$work/index" --k 0 "$question"
refuses 2 'from 1 to 1000' "k = 0"
run ask --index "$work/index" --jsno "$question"
refuses 2 'unknown option.*--json' "an unknown option"
run ask --index "$work/index" "$question"
expect 0 "the index still answers"

if [ "$failures" -ne 0 ]; then
  echo "shared-data: $failures checks are WRONG"
  exit 1
fi
echo "shared-data: all is as it should be"
