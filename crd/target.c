#include "target.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "field.h"
#include "target_private.h"
#include "instant.h"
#include "json.h"
#include "target_service.h"

enum { API_PORT = 10000, SSH_PORT = 22, PORT_MAX = 65535, NODES_DOWN_MAX = 1000 };
enum { HINT_WINDOW = 3 * 60 * 60 * 1000, HINT_WINDOW_MIN = 60 * 1000 };

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

int
target_read_word(const struct field *f, char **ret, struct err *err)
{
	const char *text = json_text(f->value);

	if (text && (!*text || strchr("-.@", *text) || text[strspn(text, ALPHANUMERIC "._@-")]))
		return field_wrong(f, "letters, digits, '.', '_', '@' and '-', beginning with a letter or digit", err);
	return field_need_text(f, ret, err);
}

static bool
looks_numeric(const char *text)
{
	if (strchr(text, ':'))
		return text[strspn(text, "0123456789abcdefABCDEF:.")] == '\0';
	return *text && text[strspn(text, "0123456789.")] == '\0';
}

/* The API server has checked addresses with isIP(); here only what would have to be looked up as a name is kept out. */
static int
read_address(const struct field *f, char **ret, struct err *err)
{
	const char *text = json_text(f->value);

	if (!text || !looks_numeric(text))
		return field_wrong(f, "a numeric IPv4 or IPv6 address, such as \"10.0.0.1\"", err);
	return field_need_text(f, ret, err);
}

static int
read_zone(const struct field *f, char **ret, struct err *err)
{
	const char *text = json_text(f->value), *slash = text ? strchr(text, '/') : NULL;

	if (!f->value)
		return 0;
	if (!slash || slash == text || !slash[1] || strchr(slash + 1, '/'))
		return field_wrong(f, "a zone, written datacenter/rack", err);
	return field_need_text(f, ret, err);
}

static int
read_contact_points(struct target *t, const struct field *list, struct err *err)
{
	size_t index = 0;

	if (field_need_array(list, err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);
		char *address = NULL;

		if (read_address(&f, &address, err) < 0)
			return -1;
		*ARRAY_GROW(t->contact_points, t->ncontact_points) = address;
	}
	if (t->ncontact_points == 0)
		return field_error(list, err, "names no node; expected at least one address");
	return 0;
}

static int
read_node(struct target *t, const struct field *f, struct err *err)
{
	static const char *const keys[] = {"name", "address", "zone", NULL};
	struct target_node *node = ARRAY_GROW(t->nodes, t->nnodes);
	struct field name = field_get(f, "name"), address = field_get(f, "address"), zone = field_get(f, "zone");

	if (field_need_object(f, err) < 0 || field_known(f, keys, err) < 0 || target_read_word(&name, &node->name, err) < 0 ||
	    read_address(&address, &node->address, err) < 0 || read_zone(&zone, &node->zone, err) < 0)
		return -1;
	for (size_t i = 0; i + 1 < t->nnodes; i++) {
		if (strcmp(t->nodes[i].name, node->name) == 0)
			return field_error(&name, err, "\"%s\" is the name of nodes[%zu] too", node->name, i);
		if (strcmp(t->nodes[i].address, node->address) == 0)
			return field_error(&address, err, "%s is the address of \"%s\" too", node->address,
			    t->nodes[i].name);
	}
	if (t->zone_from == TARGET_ZONE_INVENTORY && !node->zone)
		return field_wrong(&zone, "a zone, written datacenter/rack, because zoneFrom is inventory", err);
	return 0;
}

static int
read_nodes(struct target *t, const struct field *list, struct err *err)
{
	size_t index = 0;

	if (list->value && field_need_array(list, err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if (read_node(t, &f, err) < 0)
			return -1;
	}
	if (t->zone_from == TARGET_ZONE_INVENTORY && t->nnodes == 0)
		return field_error(list, err, "every node must name its zone when zoneFrom is inventory");
	return 0;
}

static int
read_api(struct target *t, const struct field *api, struct err *err)
{
	static const char *const keys[] = {"type", "port", NULL}, *const types[] = {"direct", "ssh", NULL};
	struct field type = field_get(api, "type"), port = field_get(api, "port");
	int64_t number = API_PORT;
	int chosen = 0;

	if (field_known(api, keys, err) < 0 || field_choice(&type, types, &chosen, err) < 0 ||
	    field_int(&port, 1, PORT_MAX, &number, err) < 0)
		return -1;
	t->api_port = (int)number;
	t->api_ssh = chosen == 1;
	return 0;
}

static int
read_secret(struct target *t, const struct field *reference, struct err *err)
{
	static const char *const keys[] = {"name", NULL};
	struct field name = field_get(reference, "name");

	if (!reference->value)
		return 0;
	return field_known(reference, keys, err) < 0 ? -1 : target_read_word(&name, &t->host_secret, err);
}

static int
read_host(struct target *t, const struct field *host, struct err *err)
{
	static const char *const keys[] = {"type", "user", "port", "sudo", "sshSecretRef", NULL};
	static const char *const types[] = {"none", "ssh", NULL};
	struct field type = field_get(host, "type"), user = field_get(host, "user"), port = field_get(host, "port");
	struct field sudo = field_get(host, "sudo"), secret = field_get(host, "sshSecretRef");
	int64_t number = SSH_PORT;
	int chosen = 0;

	if (field_known(host, keys, err) < 0 || field_choice(&type, types, &chosen, err) < 0 ||
	    field_int(&port, 1, PORT_MAX, &number, err) < 0 || field_bool(&sudo, &t->host_sudo, err) < 0 ||
	    read_secret(t, &secret, err) < 0)
		return -1;
	t->host_ssh = chosen == 1;
	t->host_port = (int)number;
	if (host->value && !type.value)
		return field_wrong(&type, "ssh or none", err);
	if (t->host_ssh)
		return target_read_word(&user, &t->host_user, err);
	if (user.value || port.value || sudo.value || secret.value)
		return field_error(host, err, "user, port, sudo and sshSecretRef belong to type ssh");
	return 0;
}

/* What clients use and what a keyspace requires, by the same words; EACH_QUORUM needs what LOCAL_QUORUM needs, as every
 * datacenter is watched. ALL is none of them: no node could ever be restarted. */
static const char *const level_words[] = {"QUORUM+LOCAL_QUORUM", "QUORUM", "LOCAL_QUORUM", "EACH_QUORUM", "ONE", "LOCAL_ONE",
    NULL};
static const char *const require_words[] = {"none", "global", "QUORUM+LOCAL_QUORUM", "QUORUM", "LOCAL_QUORUM",
    "EACH_QUORUM", "ONE", "LOCAL_ONE", NULL};
static const unsigned levels_of[] = {
	TARGET_QUORUM | TARGET_LOCAL_QUORUM, TARGET_QUORUM, TARGET_LOCAL_QUORUM, TARGET_LOCAL_QUORUM, TARGET_ONE,
	TARGET_LOCAL_ONE,
};

static int
read_decision(struct target *t, const struct field *f, struct err *err)
{
	static const char *const keys[] = {"name", "require", NULL};
	struct field name = field_get(f, "name"), require = field_get(f, "require");
	char *keyspace = NULL;
	int chosen = -1;

	if (field_need_object(f, err) < 0 || field_known(f, keys, err) < 0 ||
	    field_choice(&require, require_words, &chosen, err) < 0)
		return -1;
	if (chosen < 0)
		return field_wrong(&require, "none, global or a consistency level", err);
	if (target_read_word(&name, &keyspace, err) < 0)
		return -1;
	t->decided_levels = xreallocarray(t->decided_levels, t->ndecided + 1, sizeof *t->decided_levels);
	t->decided_levels[t->ndecided] = chosen == 0 ? 0 : chosen == 1 ? TARGET_QUORUM : levels_of[chosen - 2];
	*ARRAY_GROW(t->decided, t->ndecided) = keyspace;
	return 0;
}

static int
read_hint_window(struct target *t, const struct field *window, struct err *err)
{
	const char *text = json_text(window->value);

	t->hint_window_ms = HINT_WINDOW;
	if (!window->value)
		return 0;
	t->hint_window_ms = text ? duration_parse(text) : -1;
	return t->hint_window_ms < HINT_WINDOW_MIN ? field_wrong(window, "a duration from 1m on, such as \"3h\"", err) : 0;
}

static int
read_availability(struct target *t, const struct field *availability, struct err *err)
{
	static const char *const keys[] = {"consistency", "hintWindow", "keyspaces", NULL};
	struct field window = field_get(availability, "hintWindow");
	struct field consistency = field_get(availability, "consistency");
	struct field keyspaces = field_get(availability, "keyspaces");
	size_t index = 0;
	int level = 0;

	if (field_known(availability, keys, err) < 0 || field_choice(&consistency, level_words, &level, err) < 0 ||
	    read_hint_window(t, &window, err) < 0)
		return -1;
	t->levels = levels_of[level];
	if (keyspaces.value && field_need_array(&keyspaces, err) < 0)
		return -1;
	JSON_EACH(element, keyspaces.value) {
		struct field f = field_at(&keyspaces, index++, element);

		if (read_decision(t, &f, err) < 0)
			return -1;
	}
	return 0;
}

static int
read_limits(struct target *t, const struct field *limits, struct err *err)
{
	static const char *const keys[] = {"maxNodesDown", "frozen", NULL};
	struct field down = field_get(limits, "maxNodesDown"), frozen = field_get(limits, "frozen");

	if (field_known(limits, keys, err) < 0)
		return -1;
	return field_int(&down, 0, NODES_DOWN_MAX, &t->max_nodes_down, err) < 0 ? -1
	    : field_bool(&frozen, &t->frozen, err);
}

static int
read_access(struct target *t, const struct field *access, struct err *err)
{
	static const char *const keys[] = {"api", "host", "prometheus", "manager", NULL};
	struct field api = field_get(access, "api"), host = field_get(access, "host");
	struct field prometheus = field_get(access, "prometheus"), manager = field_get(access, "manager");
	struct field type = field_get(&api, "type");

	if (field_known(access, keys, err) < 0 || read_api(t, &api, err) < 0 ||
	    target_service_read(&prometheus, &t->prometheus_url, err) < 0 ||
	    target_service_read(&manager, &t->manager_url, err) < 0 || read_host(t, &host, err) < 0)
		return -1;
	if (t->api_ssh && !t->host_ssh)
		return field_error(&type, err, "ssh logs in as access.host says, whose type must be ssh too");
	return 0;
}

static int
read_spec(struct target *t, const struct field *spec, struct err *err)
{
	static const char *const keys[] = {"clusterName", "contactPoints", "nodes", "zoneFrom", "access",
	    "availability", "limits", "channels", "commands", NULL};
	static const char *const sources[] = {"rack", "datacenter", "inventory", NULL};
	struct field name = field_get(spec, "clusterName"), points = field_get(spec, "contactPoints");
	struct field nodes = field_get(spec, "nodes"), zone_from = field_get(spec, "zoneFrom");
	struct field access = field_get(spec, "access"), availability = field_get(spec, "availability");
	struct field limits = field_get(spec, "limits"), channels = field_get(spec, "channels");
	struct field commands = field_get(spec, "commands");
	int source = TARGET_ZONE_RACK;

	if (field_need_object(spec, err) < 0 || field_known(spec, keys, err) < 0 ||
	    field_need_text(&name, &t->cluster_name, err) < 0 || read_contact_points(t, &points, err) < 0 ||
	    field_choice(&zone_from, sources, &source, err) < 0)
		return -1;
	t->zone_from = (enum target_zone)source;
	if (read_nodes(t, &nodes, err) < 0 || read_access(t, &access, err) < 0 ||
	    read_availability(t, &availability, err) < 0 || target_read_channels(t, &channels, err) < 0 ||
	    target_commands_read(&commands, &t->commands, err) < 0)
		return -1;
	return read_limits(t, &limits, err);
}

/* Ours alone: what cannot be read counts as never written, but for the identity, which must not be taken anew. */
static int
read_status(struct target *t, const struct field *status, struct err *err)
{
	struct field ids = field_get(status, "hostIds");
	const struct cJSON *conditions = json_get(status->value, "conditions");
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);

	if (field_texts(&ids, &t->host_ids, &t->nhost_ids, err) < 0)
		return -1;
	target_read_told(t, status->value);
	if (json_is_array(conditions))
		json_print(conditions, &text);
	else
		buf_puts(&text, "[]");
	t->conditions = buf_take(&text);
	return 0;
}

struct target *
target_decode(const struct cJSON *object, struct err *err)
{
	struct field root = field_of(object, "");
	struct field spec = field_get(&root, "spec"), status = field_get(&root, "status");
	struct target *t = xcalloc(1, sizeof *t);

	if (object_meta_decode(&t->meta, object, err) < 0 || read_spec(t, &spec, err) < 0 ||
	    read_status(t, &status, err) < 0)
		return target_free(t);
	return t;
}

static void
free_texts(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

struct target *
target_free(struct target *t)
{
	if (!t)
		return NULL;
	object_meta_done(&t->meta);
	for (size_t i = 0; i < t->nnodes; i++) {
		free(t->nodes[i].name);
		free(t->nodes[i].address);
		free(t->nodes[i].zone);
	}
	free(t->nodes);
	free_texts(t->contact_points, t->ncontact_points);
	free_texts(t->host_ids, t->nhost_ids);
	free_texts(t->decided, t->ndecided);
	free(t->decided_levels);
	target_free_channels(t);
	target_free_told(t);
	target_commands_done(&t->commands);
	free(t->cluster_name);
	free(t->host_user);
	free(t->prometheus_url);
	free(t->manager_url);
	free(t->host_secret);
	free(t->conditions);
	free(t);
	return NULL;
}
