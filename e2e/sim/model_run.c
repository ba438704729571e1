/* Transient units: systemd-run with the options that matter, and the small programs around their output. */
#include "model_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"
#include "oracle.h"

enum { EXIT_STDOUT = 209 };

/* Plain words without "sudo -n"; false: a shell's syntax, or too many. */
static bool
split(const char *command, struct sim_words *w)
{
	*w = (struct sim_words){.text = xstrdup(command)};
	if (strpbrk(command, "'\"\\$`;|&<>(){}*?~#\n"))
		return false;
	for (char *at = w->text; *(at += strspn(at, " "));) {
		if (w->count == SIM_WORDS)
			return false;
		w->at[w->count++] = at;
		at += strcspn(at, " ");
		if (*at)
			*at++ = '\0';
	}
	while (w->count && (!strcmp(w->at[0], "sudo") || !strcmp(w->at[0], "-n")))
		memmove(w->at, w->at + 1, --w->count * sizeof *w->at);
	return w->count > 0;
}

/* The value of "--unit=x" or "bs=x", or NULL. */
const char *
sim_word_value(const struct sim_words *w, const char *key)
{
	for (size_t i = 1; i < w->count && strcmp(w->at[i], "--"); i++)
		if (!strncmp(w->at[i], key, strlen(key)))
			return w->at[i] + strlen(key);
	return NULL;
}

static bool
has(const struct sim_words *w, const char *word)
{
	const char *value = sim_word_value(w, word);

	return value && !*value;
}

void
sim_end(struct sim *sim, struct call *call, int status, const char *body, size_t len, char *error)
{
	call->error = error;
	sim_call_answer(sim, call, status, sim_text_new(body, len), false);
}

void
sim_finish(struct sim *sim, struct call *call, int status, char *error)
{
	sim_end(sim, call, status, "", 0, error);
}

/* --- units --- */

static char *
whole_name(const char *unit)
{
	return xasprintf("%s%s", unit, strstr(unit, ".service") ? "" : ".service");
}

static struct sim_unit **
find_unit(const struct sim *sim, size_t node, const char *unit)
{
	CLEANUP_FREE char *name = whole_name(unit);
	struct sim_unit **at = &sim->nodes[node].things.units;

	while (*at && strcmp((*at)->name, name))
		at = &(*at)->next;
	return at;
}

static void
drop_unit(struct sim_unit **at)
{
	struct sim_unit *unit = *at;

	*at = unit->next;
	free(unit->name);
	free(unit->words);
	free(unit->file);
	free(unit->prints);
	free(unit);
}

/* One that has succeeded and need not remain is forgotten at once. */
static void
unit_ends(struct node *n, struct sim_unit **at)
{
	struct sim_unit *unit = *at;

	unit->ended = true;
	if (unit->file && unit->prints && unit->status != EXIT_STDOUT) {
		sim_file_add(n, unit->file, unit->prints);
		unit->prints = NULL;
	}
	if (unit->status == 0 && !unit->remains)
		drop_unit(at);
}

static void
push(struct sim *sim, size_t node, const struct sim_unit *unit, int64_t ms)
{
	sim_event_push(sim, (struct event){.at = sim->now + sim_scaled(sim, ms), .kind = EVENT_RUN, .node = node,
	    .value = unit->serial});
}

static char *
join_after_dashes(const struct sim_words *w)
{
	struct buf out = BUF_INIT(BUF_MAX_LINE);
	size_t i = 1;

	while (i < w->count && w->at[i][0] == '-' && strcmp(w->at[i], "--"))
		i++;
	i += i < w->count && !strcmp(w->at[i], "--");
	for (size_t from = i; i < w->count; i++)
		buf_printf(&out, "%s%s", i > from ? " " : "", w->at[i]);
	return buf_take(&out);
}

static void
start(struct sim *sim, struct call *call, const struct sim_words *w, char *name, char *command)
{
	struct node *n = &sim->nodes[call->node];
	const char *file = sim_word_value(w, "--property=StandardOutput=file:");
	const char *limit = sim_word_value(w, "--property=TimeoutStartSec=");
	struct sim_unit *unit = xcalloc(1, sizeof *unit);
	int64_t ms, most = limit ? strtoll(limit, NULL, 10) * 1000 : INT64_MAX;

	*unit = (struct sim_unit){.next = n->things.units, .name = name, .words = command, .file = xstrdup_or_null(file),
	    .remains = has(w, "--remain-after-exit"), .serial = ++n->things.serial, .source = call->source};
	n->things.units = unit;
	snprintf(unit->invocation, sizeof unit->invocation, "%016" PRIx64 "%016" PRIx64, (uint64_t)call->node + 1,
	    unit->serial);
	sim_note(sim, SIM_RAN, call->source, call->node, " unit=%s command=%s", name, command);
	ms = sim_program(sim, call->node, unit);
	if (file && !sim_file_has_place(n, file)) {
		unit->status = EXIT_STDOUT;
		unit->result = "exit-code";
		unit->starts_scylla = false;
		ms = 0;
	} else if (file) {
		sim_file_add(n, file, xstrdup(""));
	}
	if (ms > most) {
		unit->status = 15;
		unit->result = "timeout";
		ms = most;
	}
	if (unit->starts_scylla)
		push(sim, call->node, unit, ms / 2);
	push(sim, call->node, unit, ms);
	sim_finish(sim, call, 0, NULL);
}

static void
systemd_run(struct sim *sim, struct call *call, const struct sim_words *w)
{
	const char *unit = sim_word_value(w, "--unit=");
	CLEANUP_FREE char *command = join_after_dashes(w), *name = unit ? whole_name(unit) : NULL;
	CLEANUP_FREE char *program = xstrndup(command, strcspn(command, " "));

	if (!unit || !*command)
		sim_finish(sim, call, 1, xstrdup("Command line to execute required.\n"));
	else if (program[0] != '/' && !sim_program_found(program))
		sim_finish(sim, call, 1, xasprintf("Failed to find executable %s: No such file or directory\n", program));
	else if (*find_unit(sim, call->node, unit))
		sim_finish(sim, call, 1, xasprintf("Failed to start transient service unit: Unit %s was already loaded or has "
		    "a fragment file.\n", name));
	else
		start(sim, call, w, TAKE_PTR(name), TAKE_PTR(command));
}

/* Nobody has ordered it of systemd but a program that was ordered. */
static void
start_scylla(struct sim *sim, size_t node, enum sim_source source)
{
	sim_note(sim, SIM_ARRIVED_START, source, node, " mode=- down=%zu by=salt-call", oracle_down(sim));
	oracle_judge_join(sim, source, node);
	sim_unit_order(sim, node, VERB_START, source);
}

void
sim_run_due(struct sim *sim, const struct event *event)
{
	struct node *n = &sim->nodes[event->node];
	struct sim_unit **at = &n->things.units;

	while (*at && (*at)->serial != event->value)
		at = &(*at)->next;
	if (!*at || (*at)->ended)
		return;
	if ((*at)->starts_scylla) {
		(*at)->starts_scylla = false;
		start_scylla(sim, event->node, (*at)->source);
		return;
	}
	unit_ends(n, at);
}

static bool
stop(struct sim *sim, struct call *call, const struct sim_words *w)
{
	struct sim_unit **at = find_unit(sim, call->node, w->at[w->count - 1]);

	if (!*at)
		return false;
	/* A failed one stays so; what still runs is killed, and fails by the signal. */
	if (!(*at)->ended) {
		(*at)->status = 15;
		(*at)->result = "signal";
		unit_ends(&sim->nodes[call->node], at);
	} else if ((*at)->status == 0) {
		drop_unit(at);
	}
	sim_finish(sim, call, 0, NULL);
	return true;
}

static bool
reset(struct sim *sim, struct call *call, const struct sim_words *w)
{
	struct sim_unit **at = find_unit(sim, call->node, w->at[w->count - 1]);

	if (!*at)
		return false;
	if ((*at)->ended && (*at)->status)
		drop_unit(at);
	sim_finish(sim, call, 0, NULL);
	return true;
}

static bool
systemctl(struct sim *sim, struct call *call, const struct sim_words *w)
{
	if (w->count > 2 && has(w, "stop"))
		return stop(sim, call, w);
	return w->count > 2 && has(w, "reset-failed") && reset(sim, call, w);
}

static void __attribute__((format(printf, 4, 5)))
show(struct buf *out, const char *properties, const char *name, const char *format, ...)
{
	CLEANUP_FREE char *key = xasprintf(",%s,", name);
	va_list args;

	if (*properties && !strstr(properties, key))
		return;
	buf_printf(out, "%s=", name);
	va_start(args, format);
	buf_vprintf(out, format, args);
	va_end(args);
	buf_putc(out, '\n');
}

bool
sim_run_show(const struct sim *sim, size_t node, const char *properties, const char *unit, struct buf *out)
{
	const struct sim_unit *u = *find_unit(sim, node, unit);
	bool failed = u && u->ended && u->status;

	if (!u)
		return false;
	show(out, properties, "Type", "oneshot");
	show(out, properties, "Result", "%s", u->ended ? u->result : "success");
	show(out, properties, "ExecMainStatus", "%d", u->ended ? u->status : 0);
	show(out, properties, "Id", "%s", u->name);
	show(out, properties, "LoadState", "loaded");
	show(out, properties, "ActiveState", "%s", !u->ended ? "activating" : failed ? "failed" : "active");
	show(out, properties, "SubState", "%s", !u->ended ? "start" : failed ? "failed" : "exited");
	show(out, properties, "Job", "%s", u->ended ? "" : "99");
	show(out, properties, "InvocationID", "%s", u->invocation);
	return true;
}

/* With the first option that they are called with: what else they could do is not for the model. */
static const struct {
	const char *name, *option;
	void (*run)(struct sim *sim, struct call *call, const struct sim_words *w);
} programs[] = {
	{"systemd-run", "--", systemd_run}, {"tail", "--bytes=", sim_run_tail}, {"dd", "if=", sim_run_dd},
	{"install", "--directory", sim_run_install}, {"rm", "--force", sim_run_rm}, {"ps", "--pid", sim_run_ps},
};

bool
sim_run(struct sim *sim, struct call *call, const char *command)
{
	struct sim_words w;
	bool found = false;

	if (split(command, &w) && !strcmp(w.at[0], "systemctl"))
		found = systemctl(sim, call, &w);
	for (size_t i = 0; w.count > 1 && !found && i < ARRAY_LEN(programs); i++) {
		if (strcmp(w.at[0], programs[i].name) || strncmp(w.at[1], programs[i].option, strlen(programs[i].option)))
			continue;
		programs[i].run(sim, call, &w);
		found = true;
	}
	free(w.text);
	return found;
}

void
sim_runs_forget(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	while (n->things.units)
		drop_unit(&n->things.units);
	while (n->things.files)
		sim_file_drop(&n->things.files);
	n->things.salt_busy = 0;
}

void
sim_runs_free(struct sim *sim)
{
	for (size_t i = 0; i < sim->nnodes; i++)
		sim_runs_forget(sim, i);
}

/* --- hands --- */

void
sim_salt(struct sim *sim, int64_t now, size_t node, const struct sim_salt *salt)
{
	sim_advance(sim, now);
	sim->nodes[node].things.salt = *salt;
	if (salt->busy)
		sim->nodes[node].things.salt_busy = sim->now + sim_scaled(sim, salt->busy);
}
