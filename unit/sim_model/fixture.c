#include "fixture.h"

#include <stdio.h>
#include <string.h>

void
begin(struct fixture *f, const struct sim_config *config)
{
	struct err err;

	sim_free(f->sim);
	f->sim = sim_new(config, &err);
	f->now = config->now;
	assert_non_null(f->sim);
}

void
done(struct fixture *f)
{
	f->sim = sim_free(f->sim);
}

void
pass(struct fixture *f, int64_t ms)
{
	f->now += ms;
	sim_mode(f->sim, f->now, 0);
}

bool
answered(struct fixture *f, uint64_t id)
{
	struct sim_reply reply;

	while (sim_next(f->sim, f->now, &reply)) {
		if (reply.request_id != id)
			continue;
		f->status = reply.status;
		snprintf(f->body, sizeof f->body, "%s", reply.body);
		snprintf(f->error, sizeof f->error, "%s", reply.error);
		return true;
	}
	return false;
}

static const char *
await(struct fixture *f, uint64_t id)
{
	while (!answered(f, id)) {
		int64_t wake = sim_wake(f->sim);

		assert_true(wake < INT64_MAX);
		f->now = wake > f->now ? wake : f->now;
	}
	return f->body;
}

const char *
ask(struct fixture *f, size_t node, const char *method, const char *path)
{
	sim_request(f->sim, f->now, SIM_CONTROLLER, node, method, path, ++f->ids);
	return await(f, f->ids);
}

const char *
get(struct fixture *f, size_t node, const char *path)
{
	return ask(f, node, "GET", path);
}

const char *
command(struct fixture *f, enum sim_source source, size_t node, const char *text)
{
	sim_command(f->sim, f->now, source, node, text, ++f->ids);
	return await(f, f->ids);
}

uint64_t
send_drain(struct fixture *f, enum sim_source source, size_t node)
{
	sim_request(f->sim, f->now, source, node, "POST", "/storage_service/drain", ++f->ids);
	return f->ids;
}

void
until_mode(struct fixture *f, size_t node, const char *mode)
{
	for (int i = 0; i < 12000 && strcmp(sim_mode(f->sim, f->now, node), mode); i++)
		pass(f, 10);
	assert_string_equal(sim_mode(f->sim, f->now, node), mode);
}

void
until_serving(struct fixture *f, size_t node)
{
	for (int i = 0; i < 12000 && !sim_serving(f->sim, f->now, node); i++)
		pass(f, 10);
	assert_true(sim_serving(f->sim, f->now, node));
}

size_t
noted(const struct fixture *f, enum sim_event event, size_t node)
{
	size_t count = 0;

	for (size_t i = 0; i < sim_audit_count(f->sim); i++) {
		const struct sim_entry *entry = sim_audit(f->sim, i);

		count += entry->event == event && (node == SIZE_MAX || entry->node == node);
	}
	return count;
}

const char *
last_line(const struct fixture *f, enum sim_event event)
{
	for (size_t i = sim_audit_count(f->sim); i--;)
		if (sim_audit(f->sim, i)->event == event)
			return sim_audit(f->sim, i)->text;
	return "";
}
