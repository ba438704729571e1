#!/usr/bin/env bash
# The maxima of controller/base (BUF_MAX_* of buf.h, COUNT_MAX_* of counts.h) against the table of docs/operations.md: each
# stands in some row, whose comment names it, with its value. A line for each finding, for unit/lint.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PAGE=docs/operations.md

# written NAME VALUE: as the page writes it: 64 MiB, 4 KiB, 400 bytes; 20,000
written()
{
	if [[ $1 == COUNT_MAX_* && $1 != *_BYTES ]]; then
		sed -E ':a; s/([0-9])([0-9]{3})(,|$)/\1,\2\3/; ta' <<<"$2"
	elif (($2 % (1 << 20) == 0)); then
		echo "$(($2 >> 20)) MiB"
	elif (($2 % (1 << 10) == 0)); then
		echo "$(($2 >> 10)) KiB"
	else
		echo "$2 bytes"
	fi
}

constants=$(sed -nE 's/^\t((BUF|COUNT)_MAX_[A-Z_]+) = ([0-9 <]+),.*/\1 \3/p' controller/base/buf.h controller/base/counts.h)
rows=$(grep -E '^\|.*<!-- [A-Z_ ]+ -->' "$PAGE" || :)

while read -r name value; do
	text=$(written "$name" "$((value))")
	row=$(grep -E "<!-- ([A-Z_]+ )*$name ([A-Z_]+ )*-->" <<<"$rows" | sed 's/<!--.*-->//') || :
	if [[ ! $row ]]; then
		echo "$PAGE: the table of maxima lacks $name ($text), or the comment that names it"
	elif ! grep -qE "(^|[^0-9,])$text($|[^0-9,]|,[^0-9])" <<<"$row"; then
		echo "$PAGE: the row of $name does not say $text: $row"
	fi
done <<<"$constants"

grep -oE '<!-- [A-Z_ ]+ -->' <<<"$rows" | tr ' ' '\n' | grep '^[A-Z]' | while read -r name; do
	grep -q "^$name " <<<"$constants" || echo "$PAGE: the table of maxima names $name, which controller/base does not have"
done
