/* Commands at a node's host: the part of systemctl that matters, with its texts and exit statuses. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

enum { WORDS = 16, COMMAND_MAX = 1024, LINE = 128 };

struct command {
	char text[COMMAND_MAX];
	char *words[WORDS];
	size_t nwords;
	bool no_block;
	const char *verb, *unit, *units[WORDS];
	size_t nunits;
	char properties[COMMAND_MAX];   /* ",Id,Job,"; "" for all */
};

static bool
is_option(struct command *c, size_t *at)
{
	const char *word = c->words[*at], *list = NULL;

	if (!strcmp(word, "--no-block"))
		c->no_block = true;
	else if (!strncmp(word, "--property=", 11))
		list = word + 11;
	else if (!strncmp(word, "-p", 2) && word[2])
		list = word + 2;
	else if ((!strcmp(word, "-p") || !strcmp(word, "--property")) && *at + 1 < c->nwords)
		list = c->words[++*at];
	else if (strcmp(word, "--no-pager") && strcmp(word, "--no-ask-password") && strcmp(word, "--quiet"))
		return false;
	if (list)
		snprintf(c->properties + strlen(c->properties), sizeof c->properties - strlen(c->properties),
		    ",%.400s,", list);
	return true;
}

/* Plain words only: a shell's syntax is refused, not interpreted. */
static bool
split(const char *text, struct command *c)
{
	size_t len = strlen(text);

	if (len >= sizeof c->text || strpbrk(text, "'\"\\$`;|&<>(){}*?~#\n"))
		return false;
	memcpy(c->text, text, len + 1);
	for (char *at = c->text; *(at += strspn(at, " \t"));) {
		if (c->nwords == WORDS)
			return false;
		c->words[c->nwords++] = at;
		at += strcspn(at, " \t");
		if (*at)
			*at++ = '\0';
	}
	return true;
}

/* The first word after "sudo -n systemctl"; 0: it is another program. */
static size_t
program(const struct command *c)
{
	static const char *const names[] = {"systemctl", "/bin/systemctl", "/usr/bin/systemctl"};
	size_t at = 0;

	if (at < c->nwords && !strcmp(c->words[at], "sudo"))
		at++;
	while (at && at < c->nwords && (!strcmp(c->words[at], "-n") || !strcmp(c->words[at], "--")))
		at++;
	for (size_t i = 0; at < c->nwords && i < ARRAY_LEN(names); i++)
		if (!strcmp(c->words[at], names[i]))
			return at + 1;
	return 0;
}

/* False when it is not ours to run. */
static bool
parse(const char *text, struct command *c)
{
	size_t at;

	*c = (struct command){0};
	if (!split(text, c) || !(at = program(c)))
		return false;
	for (; at < c->nwords; at++) {
		if (c->words[at][0] == '-' && is_option(c, &at))
			continue;
		if (c->words[at][0] == '-')
			return false;
		if (!c->verb)
			c->verb = c->words[at];
		else
			c->units[c->nunits++] = c->words[at];
	}
	c->unit = c->units[0];
	return c->unit && (c->nunits == 1 || !strcmp(c->verb, "show"));
}

static bool
is_scylla(const char *unit)
{
	return !strcmp(unit, "scylla-server") || !strcmp(unit, "scylla-server.service");
}

static const char *
active_name(enum unit unit)
{
	static const char *const names[] = {
		[UNIT_INACTIVE] = "inactive", [UNIT_FAILED] = "failed", [UNIT_ACTIVATING] = "activating",
		[UNIT_ACTIVE] = "active", [UNIT_DEACTIVATING] = "deactivating",
	};

	return names[unit];
}

static const char *
sub_name(enum unit unit)
{
	static const char *const names[] = {
		[UNIT_INACTIVE] = "dead", [UNIT_FAILED] = "failed", [UNIT_ACTIVATING] = "start",
		[UNIT_ACTIVE] = "running", [UNIT_DEACTIVATING] = "stop-sigterm",
	};

	return names[unit];
}

/* One property, if it was asked for: an empty one too, as systemctl does with --property. */
static void __attribute__((format(printf, 4, 5)))
show(const struct command *c, struct buf *out, const char *name, const char *format, ...)
{
	char key[LINE];
	va_list args;

	snprintf(key, sizeof key, ",%s,", name);
	if (*c->properties && !strstr(c->properties, key))
		return;
	buf_printf(out, "%s=", name);
	va_start(args, format);
	buf_vprintf(out, format, args);
	va_end(args);
	buf_putc(out, '\n');
}

const char *
sim_unit_state(const struct sim *sim, size_t node, bool *ret_job)
{
	*ret_job = sim->nodes[node].job != 0;
	return active_name(sim->nodes[node].unit);
}

/* In the order of systemd's own interface, not in the order asked for. */
static void
show_scylla(const struct sim *sim, const struct node *n, const struct command *c, struct buf *out)
{
	show(c, out, "Type", "notify");
	show(c, out, "MainPID", "%u", n->stage == STAGE_OFF ? 0 : 1000 + (unsigned)(n - sim->nodes) + n->life * 16);
	show(c, out, "Result", "%s", n->unit == UNIT_FAILED ? "signal" : "success");
	show(c, out, "Id", "scylla-server.service");
	show(c, out, "LoadState", n->masked ? "masked" : "loaded");
	show(c, out, "ActiveState", "%s", active_name(n->unit));
	show(c, out, "SubState", "%s", sub_name(n->unit));
	show(c, out, "UnitFileState", n->disabled ? "disabled" : "enabled");
	show(c, out, "StateChangeTimestampMonotonic", "%" PRId64, n->unit_changed * 1000);
	if (n->job)
		show(c, out, "Job", "%" PRIu32, n->job);
	else if (*c->properties)
		show(c, out, "Job", "%s", "");
	show(c, out, "InvocationID", "%s", n->invocation);
}

/* It is reached once in each boot. */
static void
show_sysinit(const struct node *n, size_t node, const struct command *c, struct buf *out)
{
	show(c, out, "Id", "sysinit.target");
	show(c, out, "LoadState", "loaded");
	show(c, out, "ActiveState", "active");
	show(c, out, "SubState", "active");
	show(c, out, "UnitFileState", "static");
	show(c, out, "Job", "%s", "");
	show(c, out, "InvocationID", "%016zx%016x", node + 1, n->boots + 1);
}

/* What systemd says of a unit that it does not have; the exit status is 0. */
static void
show_unknown(const struct command *c, const char *unit, struct buf *out)
{
	show(c, out, "MainPID", "0");
	show(c, out, "Result", "success");
	show(c, out, "Id", "%s%s", unit, strchr(unit, '.') ? "" : ".service");
	show(c, out, "LoadState", "not-found");
	show(c, out, "ActiveState", "inactive");
	show(c, out, "SubState", "dead");
	if (*c->properties) {
		show(c, out, "UnitFileState", "%s", "");
		show(c, out, "Job", "%s", "");
		show(c, out, "InvocationID", "%s", "");
	}
}

static void
show_unit(const struct sim *sim, size_t node, const struct command *c, const char *unit, struct buf *out)
{
	const struct node *n = &sim->nodes[node];

	if (is_scylla(unit))
		show_scylla(sim, n, c, out);
	else if (!strcmp(unit, "sysinit.target"))
		show_sysinit(n, node, c, out);
	else if (!sim_run_show(sim, node, c->properties, unit, out))
		show_unknown(c, unit, out);
}

static void
end(struct sim *sim, struct call *call, int status, const char *body, char *error)
{
	call->error = error;
	sim_call_answer(sim, call, status, sim_text_new(body, strlen(body)), false);
}

static void
order(struct sim *sim, struct call *call, const struct command *c, enum verb verb)
{
	static const enum sim_event events[] = {
		[VERB_START] = SIM_ARRIVED_START, [VERB_STOP] = SIM_ARRIVED_STOP, [VERB_RESTART] = SIM_ARRIVED_RESTART,
	};

	sim_arrived(sim, events[verb], call->source, call->node);
	call->job = sim_unit_order(sim, call->node, verb, call->source);
	if (call->job && !c->no_block)
		call->kind = CALL_JOB;
	else
		end(sim, call, 0, "", NULL);
}

static void
unknown_unit(struct sim *sim, struct call *call, const struct command *c)
{
	const char *suffix = strchr(c->unit, '.') ? "" : ".service";

	end(sim, call, 5, "", xasprintf("Failed to %s %s%s: Unit %s%s not %s.\n", c->verb, c->unit, suffix, c->unit,
	    suffix, strcmp(c->verb, "stop") ? "found" : "loaded"));
}

static void
run(struct sim *sim, struct call *call, const struct command *c)
{
	static const char *const verbs[] = {[VERB_START] = "start", [VERB_STOP] = "stop", [VERB_RESTART] = "restart"};
	const struct node *n = &sim->nodes[call->node];
	struct buf out = BUF_INIT(BUF_MAX_LINE);

	if (!strcmp(c->verb, "show")) {
		for (size_t i = 0; i < c->nunits; i++) {
			buf_puts(&out, i ? "\n" : "");
			show_unit(sim, call->node, c, c->units[i], &out);
		}
		end(sim, call, 0, buf_str(&out), NULL);
		buf_done(&out);
		return;
	}
	if (!strcmp(c->verb, "is-active")) {
		enum unit unit = is_scylla(c->unit) ? n->unit : UNIT_INACTIVE;

		buf_printf(&out, "%s\n", active_name(unit));
		end(sim, call, unit == UNIT_ACTIVE ? 0 : 3, buf_str(&out), NULL);
		buf_done(&out);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(c->verb, verbs[i]))
			continue;
		if (is_scylla(c->unit) && n->masked && i != VERB_STOP)
			end(sim, call, 1, "", xasprintf("Failed to %s %s.service: Unit %s.service is masked.\n", c->verb,
			    c->unit, c->unit));
		else if (is_scylla(c->unit))
			order(sim, call, c, (enum verb)i);
		else
			unknown_unit(sim, call, c);
		return;
	}
	end(sim, call, 1, "", xasprintf("Unknown command verb %s.\n", c->verb));
}

void
sim_command(struct sim *sim, int64_t now, enum sim_source source, size_t node, const char *command, uint64_t request_id)
{
	struct call *call;
	struct command c;

	sim_advance(sim, now);
	call = sim_call_new(sim, source, node, request_id);
	if (sim->nodes[node].away)
		end(sim, call, 255, "", xasprintf("ssh: connect to host %s port 22: Connection timed out\n",
		    sim->nodes[node].address));
	else if (sim_run(sim, call, command))
		return;
	else if (!parse(command, &c))
		end(sim, call, 127, "", xasprintf("sh: 1: %.200s: not found\n", command));
	else
		run(sim, call, &c);
}
