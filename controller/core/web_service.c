/* Services that a TargetCluster names, for reconcilers/web.h. */
#include "alloc.h"
#include "buf.h"
#include "cluster.h"
#include "op.h"
#include "question.h"
#include "web.h"

enum { URL_MOST = 16384 };

const struct answer *
web_query(struct task *t, const char *url, const char *path, const char *key, const char *value)
{
	CLEANUP_BUF struct buf whole = BUF_INIT(URL_MOST);

	buf_printf(&whole, "%s%s?%s=", url, path, key);
	buf_put_escaped(&whole, value);
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
