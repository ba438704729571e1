/* How many there may be of what comes from a peer or a user: the maxima that count, as BUF_MAX_* are those of bytes.
 * docs/operations.md lists all of both; unit/maxima.sh compares. */
#pragma once

enum {
	COUNT_MAX_SHARDS = 64,
	COUNT_MAX_REPLICAS = 32,         /* that share them */
	COUNT_MAX_HTTP_CONNECTIONS = 64, /* libwebsockets sizes tables by the limit of open files else: 16 MB */
	/* At once through one master of ssh. MaxSessions of sshd is 10, and it may count one that has just ended still when the
	 * next comes with the same read; of forwardings it has no limit of its own. */
	COUNT_MAX_HOST_COMMANDS = 5,
	COUNT_MAX_HOST_FORWARDS = 32,
	COUNT_MAX_NODE_CONNECTIONS = 8,  /* to one node's REST */
	COUNT_MAX_WEB_CONNECTIONS = 4,   /* to one web server */
	COUNT_MAX_REDIS_REQUESTS = 4096, /* in flight */
	COUNT_MAX_NOTICES = 12,          /* of one operation, that wait */
	COUNT_MAX_MEMBERS = 2048,        /* of a ring: views are a square of bytes */
	COUNT_MAX_TABLES = 20000,        /* in tablets, of all keyspaces */
	COUNT_MAX_PLAN_BLOCKS = 256,     /* with those of the workflows that are run as steps */
	COUNT_MAX_PLAN_DEPTH = 8,        /* of workflows that are run as steps */
	COUNT_MAX_SETS = 8,              /* steps of a workflow that set variables; for the journal's sake, as */
	COUNT_MAX_SET_BYTES = 512,       /* of what one sets */
	COUNT_MAX_JSON_DEPTH = 64,
	COUNT_MAX_YAML_DEPTH = 32,
	COUNT_MAX_YAML_KEYS = 1024,      /* of a mapping */
	COUNT_MAX_YAML_VALUES = 200000,  /* what an alias stands for counts each time */
	COUNT_MAX_YAML_ANCHORS = 256,
};
