/* The words between us and a credential plugin. */
#pragma once

#include <stdbool.h>

struct kubeconfig;

/* KUBERNETES_EXEC_INFO; owned. */
char *kube_credential_question(const struct kubeconfig *config, bool interactive);
