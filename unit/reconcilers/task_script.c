#include "task_script.h"

#include "alloc.h"
#include "buf.h"
#include "check.h"
#include "instant.h"

char *
script_file(const char *path)
{
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	FILE *file = fopen(path, "r");
	char part[4096];
	size_t len;

	if (!file)
		return NULL;
	while ((len = fread(part, 1, sizeof part, file)) > 0)
		buf_put(&text, part, len);
	fclose(file);
	return buf_take(&text);
}

void
script_rewrite(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		CHECK_FAIL("cannot write %s", path);
}

bool
script_updates(void)
{
	const char *wish = getenv("STRAIT_GOLDEN");

	return wish && strcmp(wish, "update") == 0;
}

static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* The rest of the line when its first word is 'word', else NULL. */
static const char *
after_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	return strncmp(line, word, len) == 0 && (line[len] == ' ' || !line[len]) ? skip_blanks(line + len) : NULL;
}

static int64_t
take_duration(const char **at)
{
	size_t len = strcspn(*at, " ");
	CLEANUP_FREE char *text = xstrndup(*at, len);
	int64_t ms = duration_parse(text);

	if (ms < 0)
		CHECK_FAIL("\"%s\" is no duration", text);
	*at = skip_blanks(*at + len);
	return ms;
}

static bool
is_state_of_a_node(const char *text)
{
	return after_word(text, "down") || after_word(text, "up") || after_word(text, "seen") ||
	    after_word(text, "unseen");
}

/* It says whom it is about. */
static bool
is_whole(const char *text)
{
	return strncmp(text, "db-", 3) == 0 || strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0 ||
	    after_word(text, "api");
}

/* "/path = 200 x" */
static struct script_change
read_change(const char *text, int64_t after_ms)
{
	const char *equals = strstr(text, " = ");

	if (is_state_of_a_node(text))
		return (struct script_change){after_ms, xstrdup(text), NULL};
	if (!equals)
		CHECK_FAIL("\"%s\": expected KEY = ANSWER", text);
	return (struct script_change){
		.after_ms = after_ms,
		.key = xasprintf("%s%.*s", is_whole(text) ? "" : SCRIPT_NODE " ", (int)(equals - text), text),
		.answer = xstrdup(equals + 3),
	};
}

static void
read_act(struct scenario *s, const char *text)
{
	struct script_act *act = ARRAY_GROW(s->acts, s->nacts);
	const char *equals = strstr(text, " = "), *after = strstr(text, " after ");
	const char *end = after && after < equals ? after : equals;

	if (!equals)
		CHECK_FAIL("\"%s\": expected ACT = ANSWER", text);
	act->key = xstrndup(text, (size_t)(end - text));
	act->answer = xstrdup(equals + 3);
	if (end == after) {
		after += strlen(" after ");
		act->after_ms = take_duration(&after);
	}
}

static void
read_then(struct scenario *s, const char *text)
{
	struct script_act *act = s->nacts ? &s->acts[s->nacts - 1] : NULL;
	int64_t after_ms = text[0] >= '0' && text[0] <= '9' ? take_duration(&text) : 0;

	if (!act)
		CHECK_FAIL("\"then %s\" without an act", text);
	*ARRAY_GROW(act->then, act->nthen) = read_change(text, after_ms);
}

static void
read_with(struct scenario *s, const char *text)
{
	size_t len = strcspn(text, "=");
	char *all = xasprintf("%s%s\"%.*s\":\"%s\"", s->with, *s->with ? "," : "", (int)len, text, text + len + 1);

	free(s->with);
	s->with = all;
}

static void
set_text(char **at, const char *text)
{
	free(*at);
	*at = xstrdup(text);
}

/* True: it was a knob of the scenario. */
static bool
read_knob(struct scenario *s, const char *line)
{
	const char *rest;

	if ((rest = after_word(line, "with")))
		read_with(s, rest);
	else if ((rest = after_word(line, "timeout")))
		s->timeout_ms = take_duration(&rest);
	else if ((rest = after_word(line, "retries")))
		s->retries = strtoll(rest, NULL, 10);
	else if ((rest = after_word(line, "backoff")))
		s->backoff_ms = take_duration(&rest);
	else if ((rest = after_word(line, "window")))
		set_text(&s->window, rest);
	else if ((rest = after_word(line, "poll")))
		set_text(&s->poll, rest);
	else if ((rest = after_word(line, "holds")))
		set_text(&s->holds, rest);
	else if (strcmp(line, "gate") == 0)
		s->gate = true;
	else if (strcmp(line, "manager") == 0)
		s->manager = true;
	else if (strcmp(line, "unknowable") == 0)
		s->unknowable = true;
	else if (strcmp(line, "cluster step") == 0)
		s->cluster_step = true;
	else
		return false;
	return true;
}

static void
read_line(struct scenario *s, const char *line)
{
	const char *rest;

	if (!*line || *line == '#' || read_knob(s, line))
		return;
	if ((rest = after_word(line, "fact"))) {
		*ARRAY_GROW(s->changes, s->nchanges) = read_change(rest, 0);
	} else if ((rest = after_word(line, "at"))) {
		int64_t after_ms = take_duration(&rest);

		*ARRAY_GROW(s->changes, s->nchanges) = read_change(rest, after_ms);
	} else if ((rest = after_word(line, "act"))) {
		read_act(s, rest);
	} else if ((rest = after_word(line, "then"))) {
		read_then(s, rest);
	} else {
		CHECK_FAIL("scenario %s: what is \"%s\"?", s->name, line);
	}
}

static struct scenario *
begin_scenario(struct script *script, const char *name)
{
	struct scenario *s = ARRAY_GROW(script->list, script->count);

	*s = (struct scenario){
		.name = xstrdup(name),
		.with = xstrdup(""),
		.window = xstrdup("0s"),
		.poll = xstrdup("1s"),
		.timeout_ms = SECONDS(100),
	};
	return s;
}

struct script
script_read(const char *path)
{
	CLEANUP_FREE char *text = script_file(path);
	struct buf head = BUF_INIT(BUF_MAX_OBJECT), part = BUF_INIT(BUF_MAX_OBJECT);
	struct script script = {0};
	struct scenario *s = NULL;
	bool seen_line = false;

	if (!text)
		CHECK_FAIL("%s: every registered type has a transcript; write its scenarios, then make golden-update",
		    path);
	for (char *line = text, *end; *line; line = end) {
		const char *name, *at = skip_blanks(line);
		CLEANUP_FREE char *words = xstrndup(at, strcspn(at, "\n"));

		end = strchr(line, '\n') ? strchr(line, '\n') + 1 : line + strlen(line);

		if ((name = after_word(words, "scenario"))) {
			if (s)
				*(seen_line ? &s->expected : &s->source) = buf_take(&part);
			s = begin_scenario(&script, name);
			seen_line = false;
			buf_clear(&part);
		} else if (s && strcmp(words, "---") == 0) {
			s->source = buf_take(&part);
			seen_line = true;
			continue;
		} else if (s && !seen_line) {
			read_line(s, words);
		}
		buf_put(s ? &part : &head, line, (size_t)(end - line));
	}
	if (s)
		*(seen_line ? &s->expected : &s->source) = buf_take(&part);
	script.head = buf_take(&head);
	buf_done(&part);
	return script;
}

static void
changes_done(struct script_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(changes[i].key);
		free(changes[i].answer);
	}
	free(changes);
}

static void
scenario_done(struct scenario *s)
{
	free(s->name);
	free(s->with);
	free(s->window);
	free(s->poll);
	free(s->holds);
	changes_done(s->changes, s->nchanges);
	for (size_t i = 0; i < s->nacts; i++) {
		free(s->acts[i].key);
		free(s->acts[i].answer);
		changes_done(s->acts[i].then, s->acts[i].nthen);
	}
	free(s->acts);
	free(s->source);
	free(s->expected);
}

void
script_done(struct script *script)
{
	for (size_t i = 0; i < script->count; i++)
		scenario_done(&script->list[i]);
	free(script->list);
	free(script->head);
}
