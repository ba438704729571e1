/* Services that a TargetCluster names, for reconcilers/web.h. */
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "cluster.h"
#include "op.h"
#include "question.h"
#include "web.h"

enum { URL_MOST = 16384 };

static void
put_escaped(struct buf *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			buf_putc(out, *text);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text);
	}
}

const struct answer *
web_query(struct task *t, const char *url, const char *path, const char *key, const char *value)
{
	CLEANUP_BUF struct buf whole = BUF_INIT(URL_MOST);

	buf_printf(&whole, "%s%s?%s=", url, path, key);
	put_escaped(&whole, value);
	return web_get(t, buf_str(&whole), NULL);
}

const char *
web_prometheus(struct task *t)
{
	return t->op->cluster->target->prometheus_url;
}

const char *
web_manager(struct task *t)
{
	return t->op->cluster->target->manager_url;
}

const char *
web_cluster_name(struct task *t)
{
	return t->op->cluster->target->cluster_name;
}
