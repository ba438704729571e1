/* What status.c and status_away.c share. */
#pragma once

struct json_out;
struct core;
struct op;

/* "message", for the WHY column: as much as a line of kubectl bears, cut between characters. */
void status_put_why(struct json_out *out, const char *message);
/* What a dry run has planned. */
void status_put_plan(const struct op *op, struct json_out *out);
/* "nodesDone", of one that has ended. */
void status_put_done(const struct op *op, struct json_out *out);
/* The last status, with today's message; owned. */
char *status_body_while_away(struct core *core, struct op *op);
/* The condition GateOpen. */
void status_set_gate(struct core *core, struct op *op);
