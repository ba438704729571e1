#include "command.h"

static const struct command *const members[] = {
	&cmd_job_run, &cmd_job_list, &cmd_job_show, &cmd_job_watch, &cmd_job_pause, &cmd_job_resume, &cmd_job_cancel,
	&cmd_job_retry, &cmd_job_skip, &cmd_job_approve, &cmd_job_acknowledge, (void *)0,
};

const struct command cmd_job = {
	.name = "job",
	.arguments = "COMMAND",
	.summary = "Run operations, and turn their knobs.",
	.members = members,
};
