/* The files of a host that transient units write, and the programs that ssh starts to read them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

enum { PART_MOST = 1 << 20 };

struct sim_file **
sim_file(struct node *n, const char *path)
{
	struct sim_file **at = &n->things.files;

	while (*at && strcmp((*at)->path, path))
		at = &(*at)->next;
	return at;
}

void
sim_file_drop(struct sim_file **at)
{
	struct sim_file *file = *at;

	if (!file)
		return;
	*at = file->next;
	free(file->path);
	free(file->text);
	free(file);
}

void
sim_file_add(struct node *n, const char *path, char *text)
{
	struct sim_file *file;

	sim_file_drop(sim_file(n, path));
	file = xcalloc(1, sizeof *file);
	*file = (struct sim_file){.next = n->things.files, .path = xstrdup(path), .text = text};
	n->things.files = file;
}

bool
sim_file_has_place(struct node *n, const char *path)
{
	CLEANUP_FREE char *directory = xstrndup(path, (size_t)(strrchr(path, '/') - path));

	return *sim_file(n, directory) != NULL;
}

static void
no_such_file(struct sim *sim, struct call *call, const char *program, const char *path)
{
	sim_finish(sim, call, 1, xasprintf("%s: cannot open '%s': No such file or directory\n", program, path));
}

void
sim_run_tail(struct sim *sim, struct call *call, const struct sim_words *w)
{
	const char *path = w->at[w->count - 1], *bytes = sim_word_value(w, "--bytes=");
	const struct sim_file *file = *sim_file(&sim->nodes[call->node], path);
	size_t len = file && file->text ? strlen(file->text) : 0, most = bytes ? strtoul(bytes, NULL, 10) : len;

	if (!file || !file->text)
		no_such_file(sim, call, "tail", path);
	else
		sim_end(sim, call, 0, file->text + (len > most ? len - most : 0), len > most ? most : len, NULL);
}

void
sim_run_dd(struct sim *sim, struct call *call, const struct sim_words *w)
{
	const char *path = sim_word_value(w, "if="), *bs = sim_word_value(w, "bs="), *skip = sim_word_value(w, "skip=");
	const struct sim_file *file = path ? *sim_file(&sim->nodes[call->node], path) : NULL;
	size_t size = bs ? strtoul(bs, NULL, 10) : 512, from = skip ? strtoul(skip, NULL, 10) * size : 0, len;

	if (!file || !file->text || size > PART_MOST) {
		no_such_file(sim, call, "dd", path ? path : "");
		return;
	}
	len = strlen(file->text);
	from = from < len ? from : len;
	sim_end(sim, call, 0, file->text + from, len - from < size ? len - from : size, NULL);
}

void
sim_run_install(struct sim *sim, struct call *call, const struct sim_words *w)
{
	struct node *n = &sim->nodes[call->node];

	if (!*sim_file(n, w->at[w->count - 1]))
		sim_file_add(n, w->at[w->count - 1], NULL);
	sim_finish(sim, call, 0, NULL);
}

void
sim_run_rm(struct sim *sim, struct call *call, const struct sim_words *w)
{
	sim_file_drop(sim_file(&sim->nodes[call->node], w->at[w->count - 1]));
	sim_finish(sim, call, 0, NULL);
}

/* Of one process: the highstate that somebody else runs. */
void
sim_run_ps(struct sim *sim, struct call *call, const struct sim_words *w)
{
	bool there = sim->nodes[call->node].things.salt_busy > sim->now;

	(void)w;
	sim_end(sim, call, !there, there ? "salt-call\n" : "", there ? strlen("salt-call\n") : 0, NULL);
}
