/* What the gate has opened on though nobody could tell: conditions that hold because this cluster or its release gives no
 * answer to look at. Told in the condition GateOpen for as long as that judgement stands. */
#pragma once

struct op;
struct task;

enum { CAVEATS_TEXT = 400 };

struct caveats {
	char judged[CAVEATS_TEXT];      /* of the judgement at hand */
	char told[CAVEATS_TEXT];        /* of the last one that opened the gate; "": none */
};

/* A judgement of the gate begins; the condition that 'judge' has judged holds; the gate is open. */
void caveats_begin(struct op *op);
void caveats_note(struct op *op, const struct task *judge);
void caveats_keep(struct op *op);
