#!/usr/bin/env bash
# What the compilers do not check: budgets, banned calls, the purity of the pure directories, and what no committed file
# may hold. Run by `make lint`, which names the pure directories' objects as arguments. There is no list of exceptions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

FILE_LINES=400 FUNCTION_LINES=60 COMPLEXITY=15 COLUMNS_MAX=128
BUILD=${BUILD:-build}

findings=$(mktemp)
trap 'rm -f "$findings" "$findings".*' EXIT

# Every check writes one line for each finding to its standard output.

# Files of ours that exist, generated and ignored ones left out.
git ls-files -co --exclude-standard | sort -u | while read -r file; do
	[[ ! -f $file ]] || printf '%s\n' "$file"
done >"$findings.files"
mapfile -t files <"$findings.files"
mapfile -t sources < <(grep -E '\.[ch]$' "$findings.files")
mapfile -t scripts < <(grep -lIE -m1 '^#!.*(ba)?sh\>|^# shellcheck shell=' "${files[@]}" | sort -u)

file_lines()
{
	wc -l "${sources[@]}" "${scripts[@]}" Makefile | awk -v max="$FILE_LINES" '
		$2 != "total" && $1 > max { printf "%s: %d lines, the budget is %d: split it\n", $2, $1, max }'
}

# pmccabe's columns: complexity (a switch counts once), complexity, statements, first line, lines, file(line): name
functions()
{
	pmccabe "${sources[@]}" | sed -E 's/^([0-9]+)\t.*\t([0-9]+)\t([^(]+)\(([0-9]+)\): (.*)/\1\t\2\t\3:\4\t\5/' \
		>"$findings.functions"
	awk -F '\t' -v lines="$FUNCTION_LINES" -v complexity="$COMPLEXITY" '
		$2 > lines { printf "%s: %s() has %d lines, the budget is %d\n", $3, $4, $2, lines }
		$1 > complexity { printf "%s: %s() has complexity %d, the budget is %d\n", $3, $4, $1, complexity }
	' "$findings.functions"
}

columns()
{
	awk -v max="$COLUMNS_MAX" '
		length > max / 8 {
			line = $0; column = 0
			while ((at = index(line, "\t")) > 0) {
				column += at - 1; column += 8 - column % 8; line = substr(line, at + 1)
			}
			column += length(line)
			if (column > max) printf "%s:%d: %d columns, the budget is %d\n", FILENAME, FNR, column, max
		}
		/[ \t]$/ { printf "%s:%d: blanks at the end of the line\n", FILENAME, FNR }
	' "${sources[@]}"        # scripts quote whole sentences
}

# banned PATTERN REASON FILE...: an extended regular expression.
banned()
{
	local pattern=$1 reason=$2
	shift 2
	(($# == 0)) || grep -HnIE -e "$pattern" -- "$@" |
		sed -E "s|^([^:]+:[0-9]+):[[:space:]]*(.*)|\1: $reason: \2|" || :
}

banned_words()
{
	local readers wordy calls
	mapfile -t readers < <(printf '%s\n' "${sources[@]}" | grep -vx controller/base/json.c)
	mapfile -t wordy < <(printf '%s\n' "${files[@]}" | grep -vE '^(LICENSE|unit/lint\.sh|unit/corpus/.*)$')
	banned '^[[:space:]]*#[[:space:]]*include[[:space:]]+"[^"]*/' \
		'includes are by bare name: the walls say where they are found' "${sources[@]}"
	banned '(^|[^_[:alnum:]])cJSON_[[:alpha:]]|->value(string|int|double)\>' \
		"cJSON's own calls are for base/json.c: use json.h" "${readers[@]}"
	calls='strcpy|strncpy|strcat|strncat|v?sprintf|gets|strtok(_r)?|ato(i|l|ll|f)|system|popen|alloca'
	banned "(^|[^_[:alnum:]])($calls)\\(" 'a banned call' "${sources[@]}"
	banned '^[[:space:]]*typedef[[:space:]]+(struct|union|enum)\>' 'structs keep their tag' "${sources[@]}"
	banned '\<(TODO|FIXME)\>' 'do it, or say why not' "${wordy[@]}"
	banned '(^|[^._[:alnum:]])/(work|root|home/[[:alnum:]_-]+)/' 'a path of one machine' "${wordy[@]}"
	banned 'https?://[^/[:space:]"]*(proxy\.golang|goproxy|pypi\.|npmjs|debian\.org|artifactory|nexus|mirror)' \
		'a package host: what is configured on the machine decides' "${wordy[@]}"
}

headers()
{
	local file name
	for file in "${sources[@]}"; do
		if [[ $file == *.h ]]; then
			grep -q '^#pragma once$' "$file" || echo "$file: no '#pragma once'"
		elif [[ -f ${file%.c}.h ]]; then
			name=$(basename "$file" .c)
			[[ $(grep -m1 '^#include' "$file") =~ ^'#include "'$name(_private)?\.h\"$ ]] ||
				echo "$file: its own header comes first: #include \"$name.h\""
		fi
	done
}

# The objects that are given need nothing but what pure-symbols.txt lists and each other.
pure()
{
	nm -A --defined-only "$@" | awk '{ print $NF }' | sort -u >"$findings.defined"
	sed 's/#.*//' unit/pure-symbols.txt | tr -s ' \t' '\n' | sed '/^$/d' >"$findings.allowed"
	nm -A -u "$@" | awk -v defined="$findings.defined" -v allowed="$findings.allowed" '
		BEGIN {
			while ((getline line < defined) > 0) may[line] = 1
			while ((getline line < allowed) > 0) {
				if (sub(/\*$/, "", line)) prefix[line] = 1; else may[line] = 1
			}
		}
		{
			if ($NF in may) next
			for (p in prefix) if (index($NF, p) == 1) next
			sub(/:$/, "", $1); sub(/^.*\/obj\//, "", $1); sub(/\.o$/, ".c", $1)
			printf "%s: needs %s(), which is not in unit/pure-symbols.txt: pure code does no I/O\n", $1, $NF
		}'
}

# Nothing that can change outlives a call: state hangs off the struct that the caller holds.
stateless()
{
	objdump -t "$@" | awk '
		/file format/ { file = $1; sub(/:$/, "", file); sub(/^.*\/obj\//, "", file); sub(/\.o$/, ".c", file) }
		/ O \.(data|bss)/ && !/ O \.data\.rel\.ro/ || / O \*COM\*/ || /^[^.]* \.t(data|bss)/ && !/ d  / {
			printf "%s: %s is a variable: pure code keeps no state\n", file, $NF
		}'
}

# docs/reasons.md is what reason.def says, docs/knobs.md what knobs.def says.
generated()
{
	[[ ! -x $BUILD/gen-reasons ]] || "$BUILD/gen-reasons" | diff -q - docs/reasons.md >/dev/null ||
		echo "docs/reasons.md: differs from controller/core/reason.def: $BUILD/gen-reasons >docs/reasons.md"
	[[ ! -x $BUILD/gen-knobs ]] || "$BUILD/gen-knobs" | diff -q - docs/knobs.md >/dev/null ||
		echo "docs/knobs.md: differs from controller/core/knobs.def: $BUILD/gen-knobs >docs/knobs.md"
}

(($# > 0)) || { echo "unit/lint.sh: no objects: run make lint" >&2; exit 2; }
{
	file_lines
	functions
	columns
	banned_words
	headers
	pure "$@"
	stateless "$@"
	generated
	unit/labels.sh
	unit/maxima.sh
} >"$findings"

cat "$findings"
median=$(cut -f2 "$findings.functions" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
printf 'lint: %d files, %d functions of %d lines (median), %d pure objects: %d findings\n' \
	"${#files[@]}" "$(wc -l <"$findings.functions")" "$median" $# "$(wc -l <"$findings")"
[[ ! -s $findings ]]
