#include "fixture.h"

#include <stdio.h>
#include <string.h>

struct fixture f;

void
begin(struct fixture *fixture, const struct sim_config *config)
{
	struct err err;

	sim_free(fixture->sim);
	fixture->sim = sim_new(config, &err);
	fixture->now = config->now;
	assert_non_null(fixture->sim);
}

void
done(struct fixture *fixture)
{
	fixture->sim = sim_free(fixture->sim);
}

int
set_up(void **state)
{
	struct sim_config config = sim_defaults();

	(void)state;
	begin(&f, &config);
	return 0;
}

int
tear_down(void **state)
{
	(void)state;
	done(&f);
	return 0;
}

void
pass(struct fixture *fixture, int64_t ms)
{
	fixture->now += ms;
	sim_mode(fixture->sim, fixture->now, 0);
}

bool
answered(struct fixture *fixture, uint64_t id)
{
	struct sim_reply reply;

	while (sim_next(fixture->sim, fixture->now, &reply)) {
		if (reply.request_id != id)
			continue;
		fixture->status = reply.status;
		snprintf(fixture->body, sizeof fixture->body, "%s", reply.body);
		snprintf(fixture->error, sizeof fixture->error, "%s", reply.error);
		return true;
	}
	return false;
}

static const char *
await(struct fixture *fixture, uint64_t id)
{
	while (!answered(fixture, id)) {
		int64_t wake = sim_wake(fixture->sim);

		assert_true(wake < INT64_MAX);
		fixture->now = wake > fixture->now ? wake : fixture->now;
	}
	return fixture->body;
}

const char *
ask(struct fixture *fixture, size_t node, const char *method, const char *path)
{
	sim_request(fixture->sim, fixture->now, SIM_CONTROLLER, node, method, path, ++fixture->ids);
	return await(fixture, fixture->ids);
}

const char *
get(struct fixture *fixture, size_t node, const char *path)
{
	return ask(fixture, node, "GET", path);
}

const char *
command(struct fixture *fixture, enum sim_source source, size_t node, const char *text)
{
	sim_command(fixture->sim, fixture->now, source, node, text, ++fixture->ids);
	return await(fixture, fixture->ids);
}

uint64_t
send_drain(struct fixture *fixture, enum sim_source source, size_t node)
{
	sim_request(fixture->sim, fixture->now, source, node, "POST", "/storage_service/drain", ++fixture->ids);
	return fixture->ids;
}

void
until_mode(struct fixture *fixture, size_t node, const char *mode)
{
	for (int i = 0; i < 12000 && strcmp(sim_mode(fixture->sim, fixture->now, node), mode); i++)
		pass(fixture, 10);
	assert_string_equal(sim_mode(fixture->sim, fixture->now, node), mode);
}

void
until_serving(struct fixture *fixture, size_t node)
{
	for (int i = 0; i < 12000 && !sim_serving(fixture->sim, fixture->now, node); i++)
		pass(fixture, 10);
	assert_true(sim_serving(fixture->sim, fixture->now, node));
}

size_t
noted(const struct fixture *fixture, enum sim_event event, size_t node)
{
	size_t count = 0;

	for (size_t i = 0; i < sim_audit_count(fixture->sim); i++) {
		const struct sim_entry *entry = sim_audit(fixture->sim, i);

		count += entry->event == event && (node == SIZE_MAX || entry->node == node);
	}
	return count;
}

const char *
last_line(const struct fixture *fixture, enum sim_event event)
{
	for (size_t i = sim_audit_count(fixture->sim); i--;)
		if (sim_audit(fixture->sim, i)->event == event)
			return sim_audit(fixture->sim, i)->text;
	return "";
}

size_t
violated(const struct fixture *fixture, const char *kind)
{
	size_t count = 0;

	for (size_t i = 0; i < sim_audit_count(fixture->sim); i++) {
		const struct sim_entry *entry = sim_audit(fixture->sim, i);

		count += entry->event == SIM_VIOLATION && strstr(entry->text, kind);
	}
	return count;
}
