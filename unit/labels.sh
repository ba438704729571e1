#!/usr/bin/env bash
# Labels and keys that journals hold, as they are written in reconcilers/, against unit/golden/labels, which the types'
# transcripts fill: one that no transcript reaches would be no part of the format, and could be renamed unseen. A line for
# each finding, for unit/lint.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t sources < <(find reconcilers -name '*.[ch]' | sort)

# Without comments, each file one line: calls and tables span several.
flat() { sed -E 's|/\*.*\*/||' "$1" | tr -s '\n\t ' ' '; }

# takers NAME: the functions that take a label, or a key, after the task.
takers()
{
	grep -ohE "[a-z_]+\(struct task \*t, const char \*$1\>" "${sources[@]}" | sed 's/(.*//' | sort -u | paste -sd '|'
}

# Their second arguments, as far as it needs to be told what they are: "drain", label, labels[, label_of(, BEFORE_PENDING
given()
{
	{ grep -oE "\<($1)\([^,()\"]*, (\"[^\"]*\"|[A-Za-z_]+[[(]?)" || :; } | sed -E 's/^[^(]*\([^,]*, //'
}

# finding FILE ARGUMENT WHAT: of one argument.
finding()
{
	local argument=$2
	case $argument in
	const | label | labels\[ | label_of\( | key) return ;;  # declarations; and what is found where it is written
	[A-Z]*) argument=$(sed -nE "s/^#define $argument (\"[^\"]*\").*/\1/p" "${sources[@]}") ;;
	esac
	if [[ $argument != \"*\" ]]; then
		printf '%s: %s is given as a label or key: write a literal, or a table named labels, or a function label_of(), %s\n' \
			"$1" "$2" 'which unit/labels.sh can find'
	elif ! grep -qE "^[a-z-]+: $3 ${argument//\"/}(,| |\$)" unit/golden/labels; then
		printf '%s: "%s %s" is journaled, and no transcript in unit/golden/tasks reaches it: write one, then make %s\n' \
			"$1" "$3" "${argument//\"/}" golden-update
	fi
}

labels=$(takers label) keys=$(takers key)
[[ $labels && $keys ]] || { echo 'unit/labels.sh: nothing in reconcilers/ takes a label or a key'; exit; }
for file in "${sources[@]}"; do
	text=$(flat "$file")
	{
		given "$labels" <<<"$text"
		grep -oE '\<labels\[[^]]*\] = \{[^}]*\}|\<label_of\(struct task[^}]*\}' <<<"$text" |
			sed 's/task_recall([^)]*)//g' | grep -oE '"[^"]*"' || :
	} | sort -u | while read -r argument; do finding "$file" "$argument" act; done
	given "$keys" <<<"$text" | sort -u | while read -r argument; do finding "$file" "$argument" remembers; done
done
