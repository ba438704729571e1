/* spec.channels of a TargetCluster. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "target_private.h"

enum { TEMPLATE_MAX = 1000 };

static const char *const type_words[] = {"discord", "slack", "json", NULL};
/* In the order of enum target_notify's bits. */
static const char *const notify_words[] = {"halted", "frozen", "approval", "outOfService", "finished", NULL};

static int
read_secret(const struct field *f, struct target_secret *ret, struct err *err)
{
	static const char *const keys[] = {"name", "key", NULL};
	struct field name = field_get(f, "name"), key = field_get(f, "key");

	return field_known(f, keys, err) < 0 || target_read_word(&name, &ret->name, err) < 0 ? -1
	    : field_need_text(&key, &ret->key, err);
}

static int
read_notify(const struct field *list, unsigned *ret, struct err *err)
{
	size_t index = 0;

	*ret = list->value ? 0 : TARGET_NOTIFY_ALL;
	if (list->value && field_need_array(list, err) < 0)
		return -1;
	JSON_EACH (element, list->value) {
		struct field f = field_at(list, index++, element);
		int chosen = -1;

		if (field_choice(&f, notify_words, &chosen, err) < 0)
			return -1;
		*ret |= 1u << chosen;
	}
	return 0;
}

/* What stands between two pluses is one of these, or nothing. */
static int
read_template(const struct field *f, char **ret, struct err *err)
{
	static const char *const words[] = {"text", "event", "operation", "namespace", "cluster", "owner", ""};
	char *text CLEANUP_FREE = NULL;

	if (field_text(f, &text, err) < 0)
		return -1;
	if (text && strlen(text) > TEMPLATE_MAX)
		return field_error(f, err, "is longer than %d bytes", TEMPLATE_MAX);
	for (const char *at = text; at && (at = strchr(at, '+')); at++) {
		size_t len = strcspn(++at, "+"), i = 0;

		while (i < ARRAY_LEN(words) && (strlen(words[i]) != len || strncmp(words[i], at, len) != 0))
			i++;
		if (!at[len])
			return field_error(f, err, "\"+%.40s\" has no second plus; a plus is written ++", at);
		if (i == ARRAY_LEN(words))
			return field_error(f, err, "knows no +%.*s+; it knows +text+, +event+, +operation+, +namespace+, "
			    "+cluster+ and +owner+", (int)(len < 40 ? len : 40), at);
		at += len;
	}
	*ret = TAKE_PTR(text);
	return 0;
}

static int
read_channel(struct target *t, const struct field *f, struct err *err)
{
	static const char *const keys[] = {"name", "type", "urlSecretRef", "hmacSecretRef", "notify", "template", NULL};
	struct target_channel *channel = ARRAY_GROW(t->channels, t->nchannels);
	struct field name = field_get(f, "name"), type = field_get(f, "type"), url = field_get(f, "urlSecretRef");
	struct field hmac = field_get(f, "hmacSecretRef"), notify = field_get(f, "notify");
	struct field template_ = field_get(f, "template");
	int chosen = -1;

	if (field_need_object(f, err) < 0 || field_known(f, keys, err) < 0 ||
	    target_read_word(&name, &channel->name, err) < 0 || field_choice(&type, type_words, &chosen, err) < 0)
		return -1;
	if (chosen < 0)
		return field_wrong(&type, "discord, slack or json", err);
	for (size_t i = 0; i + 1 < t->nchannels; i++)
		if (strcmp(t->channels[i].name, channel->name) == 0)
			return field_error(&name, err, "\"%s\" is the name of channels[%zu] too", channel->name, i);
	channel->type = (enum target_channel_type)chosen;
	if (hmac.value && channel->type != TARGET_CHANNEL_JSON)
		return field_error(&hmac, err, "belongs to type json; the others know no signature");
	if (field_need_object(&url, err) < 0 || read_secret(&url, &channel->url, err) < 0 ||
	    (hmac.value && read_secret(&hmac, &channel->hmac, err) < 0))
		return -1;
	return read_notify(&notify, &channel->notify, err) < 0 ? -1 : read_template(&template_, &channel->template_, err);
}

int
target_read_channels(struct target *t, const struct field *list, struct err *err)
{
	size_t index = 0;

	if (list->value && field_need_array(list, err) < 0)
		return -1;
	JSON_EACH (element, list->value) {
		struct field f = field_at(list, index++, element);

		if (read_channel(t, &f, err) < 0)
			return -1;
	}
	return 0;
}

const struct target_channel *
target_channel(const struct target *target, const char *name)
{
	for (size_t i = 0; i < target->nchannels; i++)
		if (strcmp(target->channels[i].name, name) == 0)
			return &target->channels[i];
	return NULL;
}

void
target_free_channels(struct target *t)
{
	for (size_t i = 0; i < t->nchannels; i++) {
		struct target_channel *channel = &t->channels[i];

		free(channel->name);
		free(channel->url.name);
		free(channel->url.key);
		free(channel->hmac.name);
		free(channel->hmac.key);
		free(channel->template_);
	}
	free(t->channels);
}
