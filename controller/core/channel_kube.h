/* What reconcilers/kubernetes.h's channel keeps with an attempt. */
#pragma once

struct act_record;
struct cJSON;
struct effect;
struct kube_pass;
struct task;

/* What was borrowed for the length of a pass. */
void kube_pass_over(struct kube_pass *pass);
struct kube_pass *kube_pass_free(struct kube_pass *pass);
/* Until the pass ends; it is taken over. */
const struct cJSON *kube_keep(struct task *t, struct cJSON *object);
/* The request of an act of the task's. */
void kube_fill(struct task *t, const struct act_record *act, struct effect *effect);
